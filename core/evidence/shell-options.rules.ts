import { placed } from './shell-effects.rules.ts'
import { reportRemoval } from './shell-remove.rules.ts'
import type { Call } from './shell-state.rules.ts'
import { has, literal, reportCall } from './shell-state.rules.ts'
import { catastrophic } from './shell-table.rules.ts'

const REMOTE = {
  ...catastrophic('shell.remote_exec', 'Runs text that comes from the network.', {}).hit,
  flag: 'remote_exec',
}

/** Finds the shell text in one word of a call; `before` is the word in front of it. */
type Reader = (word: string, before: string) => string | undefined

const valueOf =
  (options: RegExp): Reader =>
  (word, before) =>
    options.test(before) ? word : undefined
const inside =
  (pattern: RegExp): ((word: string) => string | undefined) =>
  (word) =>
    pattern.exec(word)?.[1]

const sshCommand: Reader = inside(
  /^(?:-o)?\s*(?:ProxyCommand|LocalCommand|RemoteCommand|KnownHostsCommand)(?:\s*=\s*|\s+)(.+)$/is,
)
const debuggerShell: Reader = (word, before) =>
  /^--?(?:ex|eval-command|iex|o|O|one-line(?:-before-file)?)$/.test(before)
    ? (/^\s*(?:(?:platform\s+)?shell\s|!)\s*(.+)$/s.exec(word)?.[1] ?? /\bsystem\s*\(\s*"([^"]+)"/.exec(word)?.[1])
    : undefined

/** Programs that hand the value of an option or operand to a shell. */
const READERS: ReadonlyMap<string, Reader> = new Map([
  ...['ssh', 'scp', 'sftp', 'mosh', 'ssh-copy-id'].map((name) => [name, sshCommand] as const),
  ['rsync', (word, before) => valueOf(/^(?:-e|--rsh)$/)(word, before) ?? inside(/^--rsh=(.+)$/s)(word)],
  ['zip', valueOf(/^(?:-TT|--unzip-command)$/)],
  ['man', (word, before) => valueOf(/^(?:-P|--pager)$/)(word, before) ?? inside(/^--pager=(.+)$/s)(word)],
  ...['less', 'more'].map((name) => [name, inside(/^\+!+(.+)$/s)] as const),
  ...['gdb', 'lldb'].map((name) => [name, debuggerShell] as const),
  ...['make', 'gmake'].map((name) => [name, inside(/^SHELL=(.+)$/s)] as const),
  ['az', valueOf(/^--scripts$/)],
  ['aws', inside(/^commands?=[["']*(.+?)["'\]]*$/s)],
])

/** Programs that run the file an option names. */
const RUNS_FILE: ReadonlyMap<string, RegExp> = new Map([
  ['java', /^-jar$/],
  ...['make', 'gmake'].map((name) => [name, /^(?:-f|--(?:make)?file)$/] as const),
  ...['vim', 'vi', 'nvim', 'ex'].map((name) => [name, /^-[Su]$/] as const),
  ...['awk', 'gawk', 'sed'].map((name) => [name, /^-f$/] as const),
  ['gdb', /^-x$/],
  ['emacs', /^(?:-l|--load|--script)$/],
])

/** Lines of a text that a program runs as shell commands. */
const LINES: ReadonlyMap<string, RegExp> = new Map([
  ['ed', /^\s*!(.+)$/],
  ...['tclsh', 'expect', 'wish'].map((name) => [name, /(?:^|[[;{])\s*(?:exec|spawn|system)\s+([^;\]}]+)/] as const),
  ...['make', 'gmake'].map((name) => [name, /^\t[@-]*(.+)$/] as const),
])

const LISP_SHELL =
  /\((?:async-)?(?:shell-command(?:-to-string)?|call-process-shell-command)\s+"((?:[^"\\]|\\.){1,4000})"/g
const LISP_REMOVE = /\(delete-(directory|file)\s+"((?:[^"\\]|\\.){1,1000})"/g

function runLisp(text: string, call: Call): void {
  for (const [, script] of text.matchAll(LISP_SHELL)) call.state.run((script ?? '').replaceAll('\\"', '"'), null)
  for (const [, kind, path] of text.matchAll(LISP_REMOVE))
    reportRemoval([literal(path ?? '')], { recursive: kind === 'directory' }, call.state)
}

/** The text a program reads its commands from: an inline option, or standard input when it is told to read there. */
function programText(call: Call): string {
  const words = call.args.map((arg) => arg.text)
  const makes = /^g?make$/.test(call.name)
  const inline = makes ? undefined : words[words.indexOf('-c') + 1]
  if (inline !== undefined && words.includes('-c')) return inline
  const reads =
    !makes || words.some((word, i) => /^-f$|^--(?:make)?file$/.test(words[i - 1] ?? '') && /^-$|stdin/.test(word))
  return reads ? (call.stdin?.text ?? '') : ''
}

const NAMES = new Set([...READERS.keys(), ...RUNS_FILE.keys(), ...LINES.keys(), 'emacs'])

/** Runs what a call would give to a shell by the back door: `ssh -o ProxyCommand=…`, `rsync -e …`, `man -P …`. */
export function runOptions(call: Call): void {
  if (!NAMES.has(call.name)) return
  const reader = READERS.get(call.name)
  call.args.forEach((arg, i) => {
    const text = reader?.(arg.text, call.args[i - 1]?.text ?? '')
    if (text !== undefined && text.trim() !== '') call.state.run(text, null)
    if (call.name === 'emacs') runLisp(arg.text, call)
  })
  const option = RUNS_FILE.get(call.name)
  call.args.forEach((arg, i) => {
    if (option?.test(call.args[i - 1]?.text ?? '') !== true) return
    const file = call.state.files.get(placed(arg.text, call.state))
    if (has(file?.taint ?? 0, 'remote')) reportCall(call, REMOTE)
  })
  const line = LINES.get(call.name)
  if (line === undefined) return
  for (const each of programText(call).split('\n')) {
    const text = line.exec(each)?.[1]
    if (text !== undefined) call.state.run(text, null)
  }
}
