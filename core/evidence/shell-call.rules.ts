import { LOOKUP } from './shell-commands.rules.ts'
import { output, setVariable } from './shell-effects.rules.ts'
import { runShell, runSource } from './shell-interpreters.rules.ts'
import { runOptions } from './shell-options.rules.ts'
import type { Arg, Call, Flow, Hit, State } from './shell-state.rules.ts'
import { callText, charge, COST, has, HOLE, known, NOTHING, report } from './shell-state.rules.ts'
import { OTHER, runEntry } from './shell-table.rules.ts'
import { unwrap } from './shell-wrappers.rules.ts'

const DYNAMIC: Hit = {
  danger: 'elevated',
  code: 'shell.dynamic_command',
  type: 'other',
  say: 'Which program runs is only known at run time.',
}
const DYNAMIC_FORCE: Hit = {
  danger: 'high',
  code: 'shell.dynamic_force',
  type: 'security',
  say: 'An unknown program gets options that usually delete.',
}
const REMOTE: Hit = {
  danger: 'catastrophic',
  code: 'shell.remote_exec',
  type: 'security',
  say: 'Runs text that comes from the network.',
  flag: 'remote_exec',
}
const DECODED: Hit = {
  danger: 'high',
  code: 'shell.decoded_exec',
  type: 'security',
  say: 'Runs text that was decoded on the way.',
  flag: 'obfuscated',
}
const SCRIPT: Hit = { danger: 'low', code: 'shell.script', type: 'other', say: 'Runs a program of the project.' }
const DESTROYS_SOMETHING: Hit = {
  danger: 'elevated',
  code: 'shell.unknown_delete',
  type: 'apply',
  say: 'An unknown program is told to delete something.',
}
const DESTROYS_UNASKED: Hit = {
  danger: 'high',
  code: 'shell.unknown_delete_forced',
  type: 'security',
  say: 'An unknown program is told to delete something without asking.',
  flag: 'destructive',
}
const PATH_GLOB: Hit = {
  danger: 'elevated',
  code: 'shell.glob_command',
  type: 'other',
  say: 'The program name is a pattern.',
  flag: 'obfuscated',
}

function baseName(text: string): string {
  const name = text.slice(text.lastIndexOf('/') + 1)
  return name.endsWith('.exe') ? name.slice(0, -4) : name
}

const FORCE = /^-[a-z]*(?:rf|fr|Rf|fR)[a-z]*$|^--(?:recursive|force|no-preserve-root)$/

/** A program that is not known before run time. */
function dynamic(argv: readonly Arg[], state: State): Flow {
  const [head, ...rest] = argv
  if (head === undefined) return NOTHING
  const text = argv.map((arg) => arg.raw).join(' ')
  if (has(head.taint, 'remote')) report(state, REMOTE, text)
  else if (has(head.taint, 'decoded')) report(state, DECODED, text)
  else if (rest.some((arg) => FORCE.test(arg.text)) || rest.some((arg) => /^\/\*?$/.test(arg.text)))
    report(state, DYNAMIC_FORCE, text)
  else report(state, DYNAMIC, text)
  return NOTHING
}

/** Names worth looking for behind `/bin/r?` or `/???/[c]url`; the first that fits is assumed. */
const GLOB_NAMES =
  'rm dd mkfs shred bash sh zsh python3 python perl ruby node nc ncat curl wget chmod chown cat base64 kill sudo'.split(
    ' ',
  )

/** Stars between the fixed parts; the longest name has seven characters, and each part is at least one. */
const GLOB_PARTS = 8

function globbed(pattern: string, state: State): string | null {
  charge(state, COST.glob)
  const base = pattern.slice(pattern.lastIndexOf('/') + 1).replace(/\*+/g, '*')
  const parts = base.replace(/\[[^\]]*\]/g, '?')
  // Beyond that no name fits, and matching would try every way to share the characters out.
  if (parts.length - (parts.match(/\*/g)?.length ?? 0) >= GLOB_PARTS) return null
  const body = base
    .split('')
    .map((char) => (char === '*' ? '.*?' : char === '?' ? '.' : /[\w[\]-]/.test(char) ? char : `\\${char}`))
    .join('')
  try {
    const regex = new RegExp(`^${body.replaceAll('[!', '[^')}$`)
    return GLOB_NAMES.find((name) => regex.test(name)) ?? null
  } catch {
    return null
  }
}

function callFunction(name: string, rest: readonly Arg[], state: State): Flow | null {
  const body = state.functions.get(name)
  if (body === undefined) return null
  state.called.add(name)
  const before = state.lists.get('@')
  setPositional(rest, state)
  body()
  if (before !== undefined) setPositional(before, state)
  return NOTHING
}

function setPositional(args: readonly Arg[], state: State): void {
  state.lists.set('@', args)
  for (let i = 0; i < 9; i++) {
    const arg = args[i]
    if (arg === undefined) state.vars.delete(String(i + 1))
    else state.vars.set(String(i + 1), arg)
  }
}

/** A file that was written or downloaded earlier in the same command. */
function runWritten(head: Arg, state: State): Flow | null {
  const flow = head.text.includes('/') ? output.read(head, state) : NOTHING
  return flow === NOTHING ? null : runSource(flow, head.raw, state)
}

const DESTROYS =
  /^(?:[\w-]+[:.])?(?:delete|destroy|terminate|purge|wipe|drop|erase|nuke|remove_all|delete[-_]?(?:all|vm|org|db|database|project|account|cluster|app)s?)$/i
const UNASKED = /^(?:-f|-y|-a|-fy|-yf|--(?:force|yes|assume-yes|all|no-prompts?|auto-approve|non-interactive))$/

/** Tools that nobody knows share their verbs: one told to destroy without asking is taken at its word. */
function unknownProgram(path: string, call: Call): Hit {
  const asks = call.args.some((arg) => /^--(?:dry-?run|help)\b/.test(arg.text))
  if (asks || !call.args.slice(0, 3).some((arg) => DESTROYS.test(arg.text)))
    return /^(?:\.{0,2}\/|[\w-]+\/)/.test(path) ? SCRIPT : OTHER
  return call.args.some((arg) => UNASKED.test(arg.text)) ? DESTROYS_UNASKED : DESTROYS_SOMETHING
}

/** Runs `name args` where the name is literal. */
function dispatch(name: string, path: string, call: Call): Flow {
  runOptions(call)
  const entry = LOOKUP.get(name) ?? LOOKUP.get(name.toLowerCase())
  const flow = entry === undefined ? undefined : runEntry(entry, call)
  const inner = unwrap(name, call)
  if (inner !== null) return inner
  if (entry !== undefined) return flow ?? NOTHING
  report(call.state, unknownProgram(path, call), callText(call))
  return call.args.some((arg) => arg.text === '-c') && name.endsWith('sh') ? runShell(call) : NOTHING
}

/** Judges one program call and gives what it prints, as far as that is known. */
export function exec(argv: readonly Arg[], stdin: Flow | null, state: State): Flow {
  charge(
    state,
    argv.reduce<number>((sum, arg) => sum + arg.text.length + COST.arg, COST.call),
  )
  const [head, ...args] = argv
  if (head === undefined) return NOTHING
  if (head.text.includes(HOLE) && (known(head.text) === '' || !head.text.includes('/') || head.text.endsWith(HOLE)))
    return dynamic(argv, state)
  const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(head.text)
  if (assignment?.[1] !== undefined) {
    setVariable(assignment[1], { text: assignment[2] ?? '', taint: head.taint }, state)
    return exec(args, stdin, state)
  }
  const text = known(head.text)
  const own = callFunction(text, args, state) ?? runWritten(head, state)
  if (own !== null) return own
  const name = head.glob ? globbed(text, state) : baseName(text)
  if (head.glob) report(state, PATH_GLOB, head.raw)
  if (name === null) return dynamic(argv, state)
  if (has(head.taint, 'remote') || /^https?:\/\//i.test(text)) report(state, REMOTE, head.raw)
  return dispatch(name, text, { name, args, stdin, state })
}
