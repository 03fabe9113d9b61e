import picomatch from 'picomatch'
import type { Assignment } from 'unbash'
import { gradeFile } from './file.rules.ts'
import { normalisePath } from './path-normal.rules.ts'
import { classifyPath } from './path.rules.ts'
import type { PathKind } from './path.rules.ts'
import type { Grade } from './schema.ts'
import { joined } from './shell-expand.rules.ts'
import type { RunScript } from './shell-expand.rules.ts'
import type { Arg, Flow, Hit, State } from './shell-state.rules.ts'
import { charge, COST, has, known, NOTHING, report, TAINT } from './shell-state.rules.ts'

const SECRET_READ: Hit = {
  danger: 'elevated',
  code: 'shell.secret_read',
  type: 'security',
  say: 'Reads a file that holds secrets.',
  flag: 'secret_exposure',
}
const SOCKET: Hit = {
  danger: 'elevated',
  code: 'shell.raw_socket',
  type: 'api',
  say: 'Opens a raw network connection from the shell.',
}
const BACKDOOR: Hit = {
  danger: 'catastrophic',
  code: 'net.reverse_shell',
  type: 'security',
  say: 'Gives a shell to a network peer.',
  flag: 'remote_exec',
}
const EXFILTRATES: Hit = {
  danger: 'catastrophic',
  code: 'net.exfiltrates',
  type: 'security',
  say: 'Sends secrets to another machine.',
  flag: 'secret_exposure',
}
const DEVICE: Hit = {
  danger: 'catastrophic',
  code: 'shell.device_write',
  type: 'security',
  say: 'Writes straight to a device.',
  flag: 'destructive',
}
const LOG_WIPE: Hit = {
  danger: 'catastrophic',
  code: 'shell.log_wipe',
  type: 'security',
  say: 'Empties logs or the shell history.',
  flag: 'destructive',
}
const CONTROL: Hit = {
  danger: 'catastrophic',
  code: 'shell.control_plane',
  type: 'security',
  say: 'Changes the files that govern the agent.',
  flag: 'control_plane',
}
const SYSTEM: Hit = {
  danger: 'high',
  code: 'shell.system_write',
  type: 'security',
  say: 'Writes to a system path.',
  flag: 'protected_target',
}
const HISTORY_OFF: Hit = {
  danger: 'high',
  code: 'shell.history_off',
  type: 'security',
  say: 'Stops the shell from recording its history.',
}
const GOVERNANCE_OFF: Hit = {
  danger: 'catastrophic',
  code: 'shell.governance_off',
  type: 'security',
  say: 'Weakens the governance of the agent.',
  flag: 'control_plane',
}
const PRELOAD: Hit = {
  danger: 'elevated',
  code: 'shell.preload',
  type: 'security',
  say: 'Loads foreign code into every program that starts.',
}

const LOG_FILE = /^\/var\/log\/|_history$|\.(?:bash|zsh|python|psql|node_repl)_history$|\/fish_history$/i

function adoptFacts(state: State, grade: Grade): void {
  for (const flag of grade.flags) state.flags.add(flag)
  for (const path of grade.writePaths) state.writePaths.add(path)
  for (const host of grade.hosts) state.hosts.add(host)
  state.target ??= grade.target
}

/** Takes over what another grader found in a part of the command. */
export function adopt(state: State, grade: Grade, text: string): void {
  for (const reason of grade.reasons) {
    report(
      state,
      { danger: reason.danger, code: reason.code, say: reason.message, type: grade.actionType },
      reason.span ?? text,
    )
  }
  if (grade.reasons.some((reason) => reason.danger === grade.danger)) return adoptFacts(state, grade)
  report(
    state,
    {
      danger: grade.danger,
      code: 'shell.part',
      say: 'A part of the command was graded by its own rules.',
      type: grade.actionType,
    },
    text,
  )
  adoptFacts(state, grade)
}

/** The path as seen from where the shell stands after every `cd` so far. */
export function placed(text: string, state: State): string {
  const path = known(text).replace(/^(?:\.\/+)+(?=.)/, '')
  const whole = state.cwd === null || /^(?:[/~\\]|[A-Za-z]:)/.test(path) ? path : `${state.cwd}/${path}`
  if (whole.length <= LONG_PATH) return whole
  charge(state, whole.length * 8)
  return normalisePath(whole).path
}

/** Longer paths are shortened before anybody looks at them: detours such as `a/../` must not push the end out of sight. */
const LONG_PATH = 512

export function kindOf(text: string, state: State): PathKind {
  return classifyPath(placed(text, state)).kind
}

const MAYBE_SECRET =
  /env|ssh|id_|cred|secret|key|pem|aws|kube|netrc|npmrc|pypirc|shadow|passw|token|gnupg|pgpass|gcloud|docker|vault|history|cookies|login|keychain|azure|master|sudoers|htpasswd|my\.cnf|tfstate|tfvars|p12|pfx|jks|proc\/|config\/|wallet|\.asc|kdbx|\.db/i

/** Names that a pattern such as `.en?` or `id_*` opens. */
const SECRET_NAMES =
  '.env .env.local .env.production .ssh .aws .gnupg .kube .netrc .git-credentials id_rsa id_ed25519 credentials shadow'.split(
    ' ',
  )

/** The path with its patterns replaced by the secret names they fit; null when a part fits none. Two fixed letters at least: `*` opens anything. */
function secretBehind(path: string, state: State): string | null {
  const segments = path.split('/').map((segment) => {
    if (!/[*?[]/.test(segment)) return segment
    const fixed = segment.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/[*?]/g, '')
    if (fixed.length < 2 || segment.length > 40 || segment.split('*').length > 4) return null
    charge(state, COST.glob)
    const fits = picomatch(segment, { dot: true, noextglob: true })
    return SECRET_NAMES.find((name) => fits(name)) ?? null
  })
  return segments.includes(null) ? null : segments.join('/')
}

/** Cheap test first: most arguments of readers are no secrets. */
export function isSecretPath(text: string, state: State): boolean {
  if (MAYBE_SECRET.test(text) && kindOf(text, state) === 'secret') return true
  const opened = /[*?[]/.test(text) ? secretBehind(text, state) : null
  return opened !== null && kindOf(opened, state) === 'secret'
}

export function reportSecretRead(path: string, state: State): void {
  report(state, SECRET_READ, path)
}

function readFile(path: Arg, state: State): Flow {
  const written = state.files.get(placed(path.text, state)) ?? state.files.get(path.text)
  if (written !== undefined) return written
  if (path.text.startsWith('/dev/tcp/') || path.text.startsWith('/dev/udp/')) {
    report(state, SOCKET, path.text)
    return { text: null, taint: TAINT.remote }
  }
  if (!isSecretPath(path.text, state)) return NOTHING
  report(state, SECRET_READ, path.text)
  return { text: null, taint: TAINT.secret }
}

/** `/dev/tcp/host/port`: a port check inside is ordinary, a shell or a secret on the line is not. */
function socketHit(path: string, flow: Flow): Hit {
  if (has(flow.taint, 'shell')) return BACKDOOR
  if (has(flow.taint, 'secret')) return EXFILTRATES
  const host = path.split('/')[3] ?? ''
  const outside = host.includes('.') && !/^(?:127\.|0\.0\.0\.0)/.test(host)
  return outside ? { ...SOCKET, danger: 'high' } : SOCKET
}

function special(path: string, append: boolean, state: State): Hit | null {
  const kind = kindOf(path, state)
  if (kind === 'device') return DEVICE
  if (kind === 'control_plane') return CONTROL
  if (LOG_FILE.test(path) && !append) return LOG_WIPE
  return kind === 'system' || kind === 'system_root' ? SYSTEM : null
}

/** A write by redirect, `tee`, `dd of=` or download: judged by place and content, and remembered for a later run. */
function writeFile(out: { readonly path: Arg; readonly append: boolean }, flow: Flow, state: State): void {
  charge(state, COST.write)
  const path = out.path.text
  const where = placed(path, state)
  if (/^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$/.test(path)) return
  if (/^\/dev\/(?:tcp|udp)\//.test(path)) return report(state, socketHit(path, flow), path)
  state.files.set(where, flow)
  const hit = special(path, out.append, state)
  if (hit !== null) report(state, hit, path)
  const excerpt = flow.text === null ? {} : { content_excerpt: known(flow.text).slice(0, 8192) }
  adopt(state, gradeFile({ path: where.slice(0, 1024), ...excerpt }), path)
  if (state.writePaths.size < 100) state.writePaths.add(where)
}

export const output = { read: readFile, write: writeFile }

const RUN_LATER = new Set([
  'PAGER',
  'GIT_PAGER',
  'MANPAGER',
  'EDITOR',
  'VISUAL',
  'GIT_EDITOR',
  'GIT_SSH_COMMAND',
  'GIT_SSH',
  'GIT_EXTERNAL_DIFF',
  'GIT_SEQUENCE_EDITOR',
  'GIT_ASKPASS',
  'PROMPT_COMMAND',
  'LESSOPEN',
  'BROWSER',
  'PS4',
])

const PRELOADS =
  /^(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|BASH_ENV|PYTHONSTARTUP)=.|^NODE_OPTIONS=.*(?:-r|--require|--import|--loader)[ =]|^(?:PERL5OPT|RUBYOPT)=.*-[Mr]/

function judgeVariable(name: string, value: Flow, state: State): void {
  const text = value.text ?? ''
  if (RUN_LATER.has(name) && text.trim() !== '') state.run(text.replace(/^\|+/, ''), null)
  if (PRELOADS.test(`${name}=${text}`)) report(state, PRELOAD, `${name}=${text}`)
  if (name === 'HISTFILE' ? text === '/dev/null' || text === '' : /^HIST(?:FILE)?SIZE$/.test(name) && text === '0') {
    report(state, HISTORY_OFF, `${name}=${text}`)
  }
  if (name.startsWith('WRIT_') && /^(?:off|0|false|no|none|observe|warn|disabled?|allow|)$/i.test(text)) {
    report(state, GOVERNANCE_OFF, `${name}=${text}`)
  }
}

/** `NAME=value`, from a prefix, `export`, `env` or `declare`. */
export function setVariable(name: string, value: Flow, state: State): void {
  state.vars.set(name, value)
  judgeVariable(name, value, state)
}

export function assign(assignment: Assignment, state: State, run: RunScript): void {
  const { name, value } = assignment
  if (value.type === 'ArrayValue') {
    const list = value.elements.map((word) => joined(word, state, run))
    state.lists.set(name, assignment.append ? [...(state.lists.get(name) ?? []), ...list] : list)
    charge(state, (state.lists.get(name)?.length ?? 0) * 4)
    const first = list[0]
    if (first !== undefined && !assignment.append) state.vars.set(name, first)
    return
  }
  const word = joined(value, state, run)
  const before = assignment.append ? state.vars.get(name) : undefined
  setVariable(name, { text: (before?.text ?? '') + word.text, taint: word.taint | (before?.taint ?? 0) }, state)
}

export function isSecret(flow: Flow | Arg | null): boolean {
  return flow !== null && has(flow.taint, 'secret')
}
