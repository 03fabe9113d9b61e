import { dangerRank } from './schema.ts'
import { setVariable } from './shell-effects.rules.ts'
import type { Arg, Call, Flow, Hit } from './shell-state.rules.ts'
import { HOLE, known, NOTHING, reportCall, TAINT } from './shell-state.rules.ts'

/** Programs that run another program, and where that one begins among their arguments. */
interface Wrapper {
  /** Must come first: `poetry run`. */
  readonly sub?: string
  readonly valued?: string
  /** Operands before the command: a host, a container, a duration. */
  readonly skip?: number
  readonly assigns?: true
  readonly privileged?: true
  /** The rest is one text for a shell. */
  readonly script?: true
  /** Options whose value is a text for a shell. */
  readonly scriptOption?: string
  /** Everything up to `--` belongs to the wrapper. */
  readonly dashes?: true
  readonly elsewhere?: true
}

const DOCKER_VALUED =
  '-e --env -v --volume -w --workdir -u --user --name --network --net -p --publish --mount --entrypoint --platform --env-file -l --label --memory -m --cpus -h --hostname --add-host --restart --gpus --ipc --pid --shm-size -f --file --project-name --profile'
const KUBE_VALUED = '-n --namespace -c --container --context --kubeconfig --image --restart'
const SSH_VALUED = '-i -p -l -o -F -L -R -D -J -b -c -E -e -I -m -O -Q -S -W -w -B'
const SUDO_VALUED = '-u --user -g --group -h --host -p --prompt -C -r -t -T -U -D --chdir -R'

const WRAPPERS: Readonly<Record<string, readonly Wrapper[]>> = {
  sudo: [{ valued: SUDO_VALUED, assigns: true, privileged: true }],
  doas: [{ valued: '-u -C', privileged: true }],
  pkexec: [{ valued: '--user', privileged: true }],
  env: [{ valued: '-u --unset -C --chdir', assigns: true, scriptOption: '-S --split-string' }],
  nice: [{ valued: '-n --adjustment' }],
  ionice: [{ valued: '-c -n -p --class --classdata' }],
  chrt: [{ skip: 1 }],
  taskset: [{ skip: 1 }],
  nohup: [{}],
  setsid: [{}],
  stdbuf: [{ valued: '-i -o -e' }],
  timeout: [{ valued: '-s -k --signal --kill-after', skip: 1 }],
  gtimeout: [{ valued: '-s -k', skip: 1 }],
  time: [{ valued: '-f -o' }],
  builtin: [{}],
  exec: [{ valued: '-a' }],
  busybox: [{}],
  toybox: [{}],
  chroot: [{ valued: '--userspec --groups', skip: 1 }],
  unshare: [{ valued: '--map-user --map-group --wd --root' }],
  nsenter: [{ valued: '-t -S -G --target', privileged: true }],
  caffeinate: [{ valued: '-t -w' }],
  flock: [{ valued: '-w -E --timeout', skip: 1, scriptOption: '-c --command' }],
  strace: [{ valued: '-e -o -p -s' }],
  ltrace: [{ valued: '-e -o -p -s' }],
  'xvfb-run': [{ valued: '-s -n' }],
  'systemd-run': [{ valued: '-u -p --unit --property --uid --on-calendar --on-active' }],
  torsocks: [{}],
  torify: [{}],
  proxychains: [{ valued: '-f' }],
  proxychains4: [{ valued: '-f' }],
  firejail: [{}],
  chronic: [{}],
  unbuffer: [{}],
  rlwrap: [{}],
  winpty: [{}],
  faketime: [{ skip: 1 }],
  setarch: [{ skip: 1 }],
  daemonize: [{ valued: '-a -c -e -o -p -l -u' }],
  start_stop: [{ dashes: true }],
  su: [{ valued: '-s --shell', scriptOption: '-c --command --session-command', skip: 99, privileged: true }],
  runuser: [{ valued: '-u -g', scriptOption: '-c --command', privileged: true }],
  sg: [{ skip: 1, script: true }],
  watch: [{ valued: '-n --interval', script: true }],
  eval: [{ script: true }],
  ssh: [{ valued: SSH_VALUED, skip: 1, script: true, elsewhere: true }],
  rsh: [{ valued: '-l', skip: 1, script: true, elsewhere: true }],
  ...Object.fromEntries(
    ['pdsh', 'clush', 'dsh', 'pssh', 'parallel-ssh'].map((name) => [
      name,
      [{ valued: '-w -x -g -f -l -R -h -H -p -t -o -e -m', script: true, elsewhere: true } satisfies Wrapper],
    ]),
  ),
  salt: [{ valued: '-t -b', skip: 2, script: true, elsewhere: true }],
  fab: [{ dashes: true, elsewhere: true }],
  sshpass: [{ valued: '-p -f' }],
  mosh: [{ skip: 1, elsewhere: true }],
  hyperfine: [{ valued: '-w -r -p --warmup --runs --prepare --export-json', script: true }],
  nodemon: [{ scriptOption: '--exec -x', skip: 99 }],
  concurrently: [{ valued: '-n --names -c -k', script: true }],
  entr: [{}],
  gosu: [{ skip: 1 }],
  'su-exec': [{ skip: 1 }],
  tini: [{}],
  'dumb-init': [{}],
  script: [{ scriptOption: '-c --command', skip: 99 }],
  'nix-shell': [{ valued: '-p', scriptOption: '--run --command', skip: 99 }],
  docker: [
    { sub: 'exec', valued: DOCKER_VALUED, skip: 1, elsewhere: true },
    { sub: 'run', valued: DOCKER_VALUED, skip: 1, elsewhere: true },
    { sub: 'compose exec', valued: DOCKER_VALUED, skip: 1, elsewhere: true },
    { sub: 'compose run', valued: DOCKER_VALUED, skip: 1, elsewhere: true },
  ],
  'docker-compose': [
    { sub: 'exec', valued: DOCKER_VALUED, skip: 1, elsewhere: true },
    { sub: 'run', valued: DOCKER_VALUED, skip: 1, elsewhere: true },
  ],
  kubectl: [
    { sub: 'exec', valued: KUBE_VALUED, dashes: true, elsewhere: true },
    { sub: 'run', valued: KUBE_VALUED, dashes: true, elsewhere: true },
    { sub: 'debug', valued: KUBE_VALUED, dashes: true, elsewhere: true },
  ],
  lxc: [{ sub: 'exec', dashes: true, elsewhere: true }],
  vagrant: [{ sub: 'ssh', scriptOption: '-c --command', skip: 99, elsewhere: true }],
  gcloud: [{ sub: 'compute ssh', scriptOption: '--command', skip: 99, elsewhere: true }],
  heroku: [{ sub: 'run', valued: '-a --app -r', elsewhere: true }],
  fly: [{ sub: 'ssh console', valued: '-a --app', scriptOption: '-C --command', skip: 99, elsewhere: true }],
  flyctl: [{ sub: 'ssh console', valued: '-a --app', scriptOption: '-C --command', skip: 99, elsewhere: true }],
  ansible: [{ scriptOption: '-a --args', skip: 99, elsewhere: true }],
  npx: [{ valued: '-p --package', scriptOption: '-c --call' }],
  bunx: [{}],
  bun: [{ sub: 'x' }],
  uvx: [{ valued: '--from --with' }],
  pipx: [{ sub: 'run' }],
  pnpm: [{ sub: 'exec' }, { sub: 'dlx' }],
  yarn: [{ sub: 'exec' }, { sub: 'dlx' }],
  npm: [{ sub: 'exec', scriptOption: '-c --call' }, { sub: 'x' }],
  poetry: [{ sub: 'run' }],
  pipenv: [{ sub: 'run' }],
  uv: [{ sub: 'run', valued: '--with --python -p --project --extra --group' }],
  pdm: [{ sub: 'run' }],
  hatch: [{ sub: 'run' }],
  rye: [{ sub: 'run' }],
  conda: [{ sub: 'run', valued: '-n --name -p' }],
  bundle: [{ sub: 'exec' }],
  direnv: [{ sub: 'exec', skip: 1 }],
  mise: [{ sub: 'exec|x', dashes: true }],
  asdf: [{ sub: 'exec' }],
  op: [{ sub: 'run', dashes: true }],
  doppler: [{ sub: 'run', dashes: true }],
  infisical: [{ sub: 'run', dashes: true }],
  'aws-vault': [{ sub: 'exec', dashes: true }],
  dotenv: [{ valued: '-e -f', dashes: true }],
  dotenvx: [{ sub: 'run', dashes: true }],
  nix: [{ sub: 'develop|shell', scriptOption: '-c --command', skip: 99 }],
  git: [
    { sub: 'bisect run' },
    { sub: 'submodule foreach', script: true },
    { sub: 'filter-branch', scriptOption: '--tree-filter --index-filter --msg-filter --env-filter', skip: 99 },
    { sub: 'rebase', scriptOption: '-x --exec', skip: 99 },
  ],
}

const PRIVILEGED: Hit = {
  danger: 'elevated',
  code: 'shell.privileged',
  type: 'deploy',
  say: 'Runs as another, usually more powerful, user.',
  flag: 'privileged',
}

interface Opened {
  readonly rest: readonly Arg[]
  readonly scripts: readonly Arg[]
}

const list = (text: string | undefined): readonly string[] => text?.split(' ') ?? []

function skipSub(wrapper: Wrapper, args: readonly Arg[]): readonly Arg[] | null {
  let rest = args
  for (const word of list(wrapper.sub)) {
    const at = rest.findIndex((arg) => !arg.text.startsWith('-'))
    if (at < 0 || !word.split('|').includes(rest[at]?.text ?? '')) return null
    rest = [...rest.slice(0, at), ...rest.slice(at + 1)]
  }
  return rest
}

/** `-iu root` is `-i -u root`. */
const takesValue = (text: string, valued: readonly string[]): boolean =>
  valued.includes(text) ||
  (/^-[A-Za-z]{2,}$/.test(text) && !valued.includes(text.slice(0, 2)) && valued.includes(`-${text.at(-1)}`))

/** Passes over the wrapper's own options and operands. */
function open(wrapper: Wrapper, args: readonly Arg[], call: Call): Opened {
  const valued = list(wrapper.valued)
  const scriptOptions = list(wrapper.scriptOption)
  const scripts: Arg[] = []
  const dashes = wrapper.dashes ? args.findIndex((arg) => arg.text === '--') : -1
  if (wrapper.dashes && dashes < 0 && wrapper.sub !== 'exec') return { rest: [], scripts }
  let skip = wrapper.skip ?? 0
  let i = dashes >= 0 ? dashes + 1 : 0
  for (; i < args.length; i++) {
    const arg = args[i] as Arg
    const text = arg.text
    const option = /^(--[\w-]+)=(.*)$/s.exec(text)
    if (option !== null && scriptOptions.includes(option[1] ?? '')) scripts.push({ ...arg, text: option[2] ?? '' })
    else if (scriptOptions.includes(text)) scripts.push(...args.slice(++i, i + 1))
    else if (text === '--') continue
    else if (text.startsWith('-') && text !== '-') i += takesValue(text, valued) ? 1 : 0
    else if (wrapper.assigns && /^\w+=/.test(text))
      setVariable(
        text.slice(0, text.indexOf('=')),
        { text: text.slice(text.indexOf('=') + 1), taint: arg.taint },
        call.state,
      )
    else if (skip > 0) skip--
    else break
  }
  return { rest: args.slice(i), scripts }
}

/** Without a command these start a shell, which reads its input. */
const GIVES_SHELL = /^(?:sudo|su|doas|ssh|runuser|nsenter|unshare|chroot)$/

function runOpened(wrapper: Wrapper, opened: Opened, call: Call): Flow {
  const { state, stdin } = call
  for (const script of opened.scripts) state.run(script.text, stdin)
  const { rest } = opened
  if (rest.length === 0 && stdin?.text != null && GIVES_SHELL.test(call.name)) return state.run(stdin.text, null)
  if (rest.length === 0) return call.name === 'env' ? { text: null, taint: TAINT.secret } : NOTHING
  if (!wrapper.script && rest.length === 1 && /\s/.test(rest[0]?.text ?? ''))
    return state.run(rest[0]?.text ?? '', stdin)
  if (!wrapper.script) return state.exec(rest, stdin)
  const taint = rest.reduce((sum, arg) => sum | arg.taint, 0)
  const text = rest.map((arg) => arg.text).join(' ')
  if ((taint & (TAINT.remote | TAINT.decoded)) !== 0 || known(text).trim() === '')
    return state.exec([{ text: HOLE, raw: rest[0]?.raw ?? '', taint: taint | TAINT.unknown, glob: false }], stdin)
  return state.run(text, stdin)
}

/** What a privileged program changes counts more, what it only reads does not; a walk given up keeps what was found before. */
function withPrivilege(call: Call, body: () => Flow): Flow {
  const { state } = call
  const before = state.worst
  state.worst = null
  const worst = (): Hit | null => state.worst
  try {
    const flow = body()
    if (worst()?.danger !== 'none') reportCall(call, PRIVILEGED)
    return flow
  } finally {
    if (before !== null && dangerRank(before.danger) >= dangerRank(worst()?.danger ?? 'none')) state.worst = before
  }
}

/** Judges the program inside `sudo`, `env`, `ssh host`, `docker exec` …; null when `name` wraps nothing here. */
export function unwrap(name: string, call: Call): Flow | null {
  for (const wrapper of (Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined) ?? []) {
    const args = skipSub(wrapper, call.args)
    if (args === null) continue
    const { cwd } = call.state
    if (wrapper.elsewhere) call.state.cwd = null
    const body = () => runOpened(wrapper, open(wrapper, args, call), call)
    const flow = wrapper.privileged ? withPrivilege(call, body) : body()
    if (wrapper.elsewhere) call.state.cwd = cwd
    return name === 'ssh' ? { ...flow, taint: flow.taint | TAINT.remote } : flow
  }
  return null
}
