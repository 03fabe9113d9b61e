import { gradeFile } from './file.rules.ts'
import { adopt } from './shell-effects.rules.ts'
import type { Call } from './shell-state.rules.ts'
import { reportCall } from './shell-state.rules.ts'
import type { Entry, Table } from './shell-table.rules.ts'
import { BUILD, catastrophic, elevated, high, low, none, READ, same, TOUCHY } from './shell-table.rules.ts'

const ESCAPE = catastrophic('docker.host', 'Gives a container the whole host.', {}).hit

/** A mount of the host's root, its docker socket or all of its privileges. */
function runMounts(call: Call): void {
  const words = call.args.map((arg) => arg.text)
  words.forEach((word, i) => {
    const mount = /^(?:-v|--volume|--mount)$/.test(words[i - 1] ?? '')
      ? word
      : (/^(?:-v|--volume=|--mount=)(.+)$/.exec(word)?.[1] ?? '')
    const source = /(?:^|,)(?:source|src)=([^,]+)/.exec(mount)?.[1] ?? mount.split(':')[0] ?? ''
    if (/^\/$|^\/(?:etc|root|home|boot|dev|proc|sys)\/?$/.test(source)) reportCall(call, ESCAPE)
    if (source.endsWith('docker.sock')) reportCall(call, { ...ESCAPE, danger: 'high', code: 'docker.socket' })
  })
  if (words.includes('--privileged')) reportCall(call, { ...ESCAPE, danger: 'high', code: 'docker.privileged' })
  if (words.some((word) => /^--pid=host$|^--cap-add=(?:ALL|SYS_ADMIN)$/i.test(word)))
    reportCall(call, { ...ESCAPE, danger: 'high', code: 'docker.host_namespace' })
}

const ALL = high('docker.all_containers', 'Removes all containers or images.', {}).hit

/** `docker rm $(docker ps -aq)`: without a filter that is every container. */
function runAll(call: Call): void {
  const verb = call.args[0]?.text ?? ''
  if (!/^(?:rm|rmi|kill|stop)$/.test(verb)) return
  const every = (raw: string): boolean => /\b(?:ps|images|ls)\b/.test(raw) && !/-f\b|--filter|grep|awk/.test(raw)
  const piped = verb !== 'stop' && call.args.some((arg) => arg.raw === '<stdin>')
  if (piped || call.args.some((arg) => every(arg.raw) && /\$\(|`/.test(arg.raw))) reportCall(call, ALL)
}

/** Every file that describes the stack is one for tests. */
const TEST_STACK = /^(?!.*(?:-f|--file)[= ](?!\S*\b(?:test|tests|ci|e2e)\b)).*(?:-f|--file)[= ]/

const docker: Entry = {
  valued:
    '--context -H --host -f --file -p --project-name --format --filter -t --tag -n --tail --since -c --config -l --log-level',
  base: TOUCHY,
  rules: [
    catastrophic('shell.governance_off', 'Stops or removes what governs the agent.', {
      sub: 'stop|kill|rm|pause|restart',
      arg: /^writ(?:[-_][\w-]+)?$/,
    }),
    high('docker.reset', 'Deletes every container, image and volume.', { sub: 'system reset' }),
    high('docker.prune_all', 'Deletes all unused images, containers or volumes.', {
      sub: 'system|volume prune',
      any: '-a --all --volumes',
    }),
    high('docker.volumes', 'Deletes volumes with their data.', { sub: 'volume rm|remove|prune' }),
    elevated('docker.prune', 'Deletes unused containers or images.', {
      sub: 'system|container|image|network|builder|buildx prune',
    }),
    elevated('docker.down_test', 'Deletes the volumes of a test stack.', { sub: 'compose down|rm', text: TEST_STACK }),
    high('docker.down_volumes', 'Deletes volumes with their data.', {
      sub: 'compose down|rm',
      any: '-v --volumes --rmi',
    }),
    high('docker.secret_rm', 'Deletes cluster objects.', { sub: 'secret|config|service|stack|node rm|remove' }),
    high('docker.swarm', 'Leaves or changes the cluster.', { sub: 'swarm leave|init|join|ca' }),
    high('docker.rm_volumes', 'Deletes containers with their data.', { sub: 'rm', any: '-v --volumes' }),
    elevated('docker.rm', 'Removes containers or images.', { sub: 'rm|rmi|kill' }),
    elevated('docker.rm', 'Removes containers or images.', { sub: 'container|image|network rm|remove|kill' }),
    elevated('docker.push', 'Publishes an image.', { sub: 'push' }, 'deploy'),
    elevated('docker.push', 'Publishes an image.', { sub: 'build|buildx', any: '--push' }, 'deploy'),
    low(
      'docker.build',
      'Builds or fetches images.',
      {
        sub: 'build|buildx|pull|tag|login|create|cp|start|restart|stop|compose|network|volume|save|load|run|exec|logs|context|init|builder|update|pause|unpause|rename|commit|export|import',
      },
      'build',
    ),
    none('docker.read', 'Only reads.', {
      sub: 'ps|images|logs|inspect|stats|top|version|info|history|port|diff|events|search|container|image|system|stack|service|node|config|manifest|scout|help|wait',
    }),
  ],
  run: (call) => (runMounts(call), runAll(call), undefined),
}

const compose: Entry = {
  valued: '-f --file -p --project-name',
  base: BUILD,
  rules: [
    elevated('docker.down_test', 'Deletes the volumes of a test stack.', { sub: 'down|rm', text: TEST_STACK }),
    high('docker.down_volumes', 'Deletes volumes with their data.', { sub: 'down|rm', any: '-v --volumes' }),
    none('docker.read', 'Only reads.', { sub: 'ps|logs|config|images|top|version' }),
  ],
}

const KUBE_VALUED =
  '-n --namespace --context --kubeconfig -l --selector -o --output -f --filename -c --container --cluster --user --tail --since --type -p --patch --image --timeout --sort-by --field-selector'

/** `kubectl apply -f -`: the manifest is on standard input. */
function manifest(call: Call): void {
  const text = call.stdin?.text
  if (text == null || !call.args.some((arg) => arg.text === '-')) return
  adopt(call.state, gradeFile({ path: 'manifest.yaml', content_excerpt: text.slice(0, 16_384) }), text)
}

const kubectl: Entry = {
  valued: KUBE_VALUED,
  run: (call) => (manifest(call), undefined),
  base: TOUCHY,
  rules: [
    none('kube.dry', 'Only shows what it would do.', { any: '--dry-run=client --dry-run=server --dry-run' }),
    catastrophic('kube.delete_all', 'Deletes everything of a namespace or kind.', {
      sub: 'delete',
      any: '--all --all-namespaces -A',
    }),
    catastrophic('kube.delete_wide', 'Deletes a namespace, node, volume or definition.', {
      sub: 'delete',
      arg: /^(?:namespaces?|ns|nodes?|pv|persistentvolumes?|crds?|customresourcedefinitions?|clusterroles?|storageclass)(?:\/|$)/,
    }),
    high('kube.delete', 'Deletes cluster objects.', { sub: 'delete' }),
    high('kube.drain', 'Takes a node out of service.', { sub: 'drain|cordon|taint' }),
    high('kube.scale_zero', 'Stops a workload.', { sub: 'scale', text: /--replicas[= ]0\b/ }),
    high('kube.replace_force', 'Deletes and creates objects anew.', { sub: 'replace', any: '--force' }),
    high('kube.admin', 'Gives far-reaching rights.', { sub: 'create', text: /clusterrolebinding|cluster-admin/ }),
    high('kube.patch_zero', 'Stops a workload.', { sub: 'patch', text: /"?replicas"?\s*:\s*0\b/ }),
    high('kube.patch_finalizers', 'Skips the orderly end of objects.', { sub: 'patch', text: /finalizers/ }),
    elevated('kube.secret', 'Reads or changes secrets.', { arg: /^secrets?(?:\/|$)/ }, 'security'),
    none('kube.config_read', 'Only reads.', { sub: 'config view|get-contexts|current-context|get-clusters' }),
    low('kube.config', 'Changes the client settings.', { sub: 'config' }),
    none('kube.rollout_read', 'Only reads.', { sub: 'rollout status|history' }),
    none('kube.read', 'Only reads.', {
      sub: 'get|describe|logs|top|explain|version|api-resources|api-versions|cluster-info|auth|diff|wait|events|kustomize|options|completion|plugin',
    }),
    high('kube.host', 'Gives a container the whole host.', {
      sub: 'run|debug',
      text: /--privileged|host(?:PID|Network|IPC)"?\s*:\s*true|hostPath|"?privileged"?\s*:\s*true|--profile[= ]sysadmin/,
    }),
    low('kube.session', 'Opens a session or a tunnel.', { sub: 'exec|port-forward|proxy|attach|cp|run|debug' }),
    elevated('kube.apply', 'Changes a cluster.', {}, 'deploy'),
  ],
}

const helm: Entry = {
  valued: '-n --namespace --kube-context -f --values --set --version',
  base: READ,
  rules: [
    none('helm.dry', 'Only shows what it would do.', { any: '--dry-run' }),
    high('helm.uninstall', 'Removes a release.', { sub: 'uninstall|delete|del|un' }),
    high('helm.rollback', 'Changes a running release.', { sub: 'rollback' }),
    elevated('helm.upgrade', 'Changes a running release.', { sub: 'upgrade|install|push' }, 'deploy'),
    low('helm.repo', 'Changes the client settings.', { sub: 'repo|dependency|dep|plugin|package|create|pull' }),
  ],
}

export const CONTAINERS: Table = {
  ...same('docker podman nerdctl', docker),
  ...same('docker-compose podman-compose', compose),
  ...same('kubectl oc k k3s-kubectl kubecolor microk8s.kubectl', kubectl),
  helm,
  helmfile: {
    base: READ,
    rules: [
      high('helm.destroy', 'Removes releases.', { sub: 'destroy|delete' }),
      elevated('helm.sync', 'Changes running releases.', { sub: 'sync|apply' }, 'deploy'),
    ],
  },
  kustomize: { base: READ },
  argocd: {
    base: READ,
    rules: [
      high('argocd.delete', 'Deletes an application.', { text: /\b(?:app delete|proj delete|cluster rm|repo rm)\b/ }),
      elevated(
        'argocd.sync',
        'Changes a running application.',
        { text: /\bapp (?:sync|rollback|set|create)\b/ },
        'deploy',
      ),
    ],
  },
  flux: {
    base: READ,
    rules: [
      high('flux.uninstall', 'Removes cluster objects.', { sub: 'uninstall|delete|suspend' }),
      elevated('flux.reconcile', 'Changes a cluster.', { sub: 'reconcile|bootstrap|create|resume' }, 'deploy'),
    ],
  },
  ...same('eksctl kops kubeadm k3d kind minikube k3s-uninstall.sh k3s-killall.sh', {
    base: TOUCHY,
    rules: [
      catastrophic('kube.cluster_delete', 'Deletes a cluster.', {
        sub: 'delete',
        none: '--dry-run',
        text: /^(?:eksctl|kops)/,
      }),
      elevated('kube.local_delete', 'Deletes a cluster on this machine.', {
        text: /^(?:kind|minikube|k3d) /,
        sub: 'delete|cluster',
      }),
      high('kube.cluster_delete', 'Deletes a cluster.', { sub: 'delete|reset' }),
      catastrophic('kube.cluster_uninstall', 'Deletes a cluster.', { text: /uninstall|killall/ }),
      none('kube.cluster_read', 'Only reads.', { sub: 'get|status|version|list|ip|profile|logs' }),
    ],
  }),
  ...same('etcdctl', {
    base: READ,
    rules: [
      catastrophic('etcd.delete', 'Deletes cluster state.', { sub: 'del' }),
      high('etcd.change', 'Changes cluster state.', { sub: 'put|member|snapshot restore|add|remove' }),
    ],
  }),
  ...same('crictl ctr', {
    base: READ,
    rules: [high('containers.rm', 'Removes containers.', { text: /\b(?:rm|rmi|rmp|stopp|delete)\b/ })],
  }),
  velero: { base: READ, rules: [catastrophic('velero.delete', 'Deletes backups.', { text: /\bdelete\b/ })] },
  ...same('virsh', {
    base: READ,
    rules: [
      high('vm.destroy', 'Destroys a virtual machine.', {
        sub: 'destroy|undefine|vol-delete|pool-delete|snapshot-delete',
      }),
    ],
  }),
  ...same('vagrant multipass lxc incus qm VBoxManage', {
    base: TOUCHY,
    rules: [
      high('vm.destroy', 'Destroys a virtual machine.', { text: /\b(?:destroy|delete|purge|unregistervm)\b/ }),
      none('vm.read', 'Only reads.', { sub: 'status|list|info|version' }),
    ],
  }),
}
