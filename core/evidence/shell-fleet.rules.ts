import type { Table } from './shell-table.rules.ts'
import { BUILD, catastrophic, elevated, high, none, READ, same, TOUCHY } from './shell-table.rules.ts'

/** Stores of secrets and of cluster state, and tools that act on many machines at once. */
export const FLEET: Table = {
  ...same('vault', {
    base: READ,
    rules: [
      high('vault.delete', 'Deletes secrets or seals the vault.', {
        text: /\b(?:delete|destroy|metadata delete|seal|revoke|secrets disable|auth disable|generate-root|rekey)\b/,
      }),
      elevated('vault.read', 'Reads or changes secrets.', { sub: 'kv|read|write|login|token' }, 'security'),
    ],
  }),
  ...same('op bw pass lpass doppler infisical gopass chamber sops ansible-vault', {
    base: READ,
    rules: [
      high('secrets.delete', 'Deletes stored secrets.', { text: /\b(?:delete|rm|remove)\b/ }),
      elevated('secrets.read', 'Reads stored secrets.', { none: '--version --help' }, 'security'),
    ],
  }),
  ...same('ansible-playbook', {
    base: TOUCHY,
    rules: [
      none('ansible.check', 'Only shows what it would do.', {
        any: '--check -C --list-hosts --list-tasks --syntax-check',
      }),
    ],
  }),
  ansible: {
    base: TOUCHY,
    rules: [
      none('ansible.ping', 'Only reads.', { text: /-m ping|-m setup/ }),
      high('ansible.power', 'Restarts or stops machines.', { text: /-m (?:reboot|shutdown)/ }),
      high('ansible.absent', 'Deletes on many machines.', { text: /state=absent/ }),
    ],
  },
  packer: { long: true, base: BUILD },
  consul: {
    valued: '-token -http-addr -datacenter',
    long: true,
    base: READ,
    rules: [
      catastrophic('consul.wipe', 'Deletes cluster state in bulk.', {
        sub: 'kv delete',
        any: '-recurse -recurse=true',
      }),
      high('consul.leave', 'Takes a member out of the cluster.', { sub: 'leave|force-leave' }),
      high('consul.delete', 'Deletes cluster state or rights.', { sub: '* delete|deregister|restore' }),
      elevated('consul.change', 'Changes cluster state.', { sub: 'kv|config|acl|snapshot put|write|update|create' }),
    ],
  },
  nomad: {
    base: READ,
    rules: [
      high('nomad.stop', 'Stops jobs.', { text: /\b(?:job stop|stop|system gc|node drain|purge)\b/ }),
      elevated('nomad.run', 'Deploys a job.', { sub: 'run|job' }, 'deploy'),
    ],
  },
}
