import { frameworkOf } from './shell-database.rules.ts'
import { judgeCode } from './shell-scripts.rules.ts'
import type { Language } from './shell-code.rules.ts'
import { printedBy } from './shell-code.rules.ts'
import { isSecretPath, output, reportSecretRead } from './shell-effects.rules.ts'
import type { Arg, Call, Flow, Hit, State } from './shell-state.rules.ts'
import { has, HOLE, known, literal, NOTHING, report, reportCall, TAINT } from './shell-state.rules.ts'
import type { Entry, Table } from './shell-table.rules.ts'
import { BUILD, OTHER, same } from './shell-table.rules.ts'

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
const DISGUISED: Hit = {
  danger: 'elevated',
  code: 'shell.disguised',
  type: 'security',
  say: 'Decodes its commands before it runs them.',
  flag: 'obfuscated',
}
const PIPED: Hit = {
  danger: 'elevated',
  code: 'shell.dynamic_script',
  type: 'other',
  say: 'Runs a script that is only known at run time.',
}
const SCRIPT: Hit = { danger: 'low', code: 'shell.script', type: 'build', say: 'Runs a program of the project.' }
const INTERACTIVE: Hit = { danger: 'low', code: 'shell.interactive', type: 'other', say: 'Starts a shell.' }

/** Interactive shells mark what they print, so that a pipe to the network is seen as a remote shell. */
const SHELL_OUTPUT: Flow = { text: null, taint: TAINT.shell | TAINT.unknown }

/** Runs a text as shell script according to where it came from. */
export function runSource(flow: Flow, raw: string, state: State): Flow {
  if (has(flow.taint, 'remote')) report(state, REMOTE, raw)
  if (flow.text === null || known(flow.text).trim() === '') {
    if (has(flow.taint, 'decoded')) report(state, DECODED, raw)
    else if (!has(flow.taint, 'remote')) report(state, PIPED, raw)
    return NOTHING
  }
  if (has(flow.taint, 'decoded')) report(state, DISGUISED, flow.text)
  return state.run(flow.text.replaceAll(HOLE, '"$UNKNOWN"'), null)
}

function setArguments(args: readonly Arg[], state: State): void {
  state.lists.set('@', args.slice(1))
  args.slice(0, 10).forEach((arg, i) => state.vars.set(String(i), arg))
}

/** `bash -c`, `sh -lc`, `zsh script`, or a script on standard input. */
export function runShell(call: Call): Flow {
  const { args, state, stdin } = call
  const at = args.findIndex((arg) => /^[-+][a-zA-Z]*c[a-zA-Z]*$/.test(arg.text))
  if (at >= 0) {
    const rest = args.slice(at + 1).filter((arg, i) => i > 0 || !/^-[a-z]+$|^--$/.test(arg.text))
    const script = rest[0]
    if (script === undefined) return NOTHING
    setArguments(rest.slice(1), state)
    return runSource({ text: script.text, taint: script.taint }, script.raw, state)
  }
  const operand = args.find(
    (arg, i) => !/^[-+]/.test(arg.text) && !/^-o$|^--(?:rcfile|init-file)$/.test(args[i - 1]?.text ?? ''),
  )
  const fromStdin = operand === undefined || args.some((arg) => /^-[a-z]*s[a-z]*$/.test(arg.text))
  if (fromStdin && stdin !== null) {
    runSource(stdin, call.name, state)
    return SHELL_OUTPUT
  }
  if (operand === undefined) {
    reportCall(call, INTERACTIVE)
    return SHELL_OUTPUT
  }
  return runFile(operand, call)
}

function runFile(operand: Arg, call: Call): Flow {
  const { state } = call
  if (operand.text === '/dev/stdin' && call.stdin !== null) return runSource(call.stdin, call.name, state)
  const flow = output.read(operand, state)
  if (flow !== NOTHING || has(operand.taint, 'remote'))
    return runSource({ text: flow.text, taint: flow.taint | operand.taint }, operand.raw, state)
  report(state, operand.text.includes(HOLE) ? PIPED : SCRIPT, operand.raw)
  return NOTHING
}

function runDot(call: Call): Flow {
  const file = call.args[0]
  return file === undefined ? NOTHING : runFile(file, call)
}

interface Speech {
  readonly language: Language
  /** Options before a program text; matched as a bundle end, `-ne` counts as `-e`. */
  readonly code: RegExp
  readonly valued: RegExp
}

const SPEECH: Readonly<Record<string, Speech>> = {
  python: { language: 'python', code: /^-[a-zA-Z]*c$/, valued: /^-[WX]$/ },
  node: {
    language: 'node',
    code: /^(?:-[a-z]*[ep]|--eval|--print|eval)$/,
    valued: /^(?:-r|--require|--import|--loader)$/,
  },
  perl: { language: 'perl', code: /^-[a-zA-Z0-9]*[eE]$/, valued: /^-[IM]$/ },
  ruby: { language: 'ruby', code: /^-[a-z]*e$/, valued: /^-[rI]$/ },
  php: { language: 'php', code: /^-[rBRE]$/, valued: /^-[dc]$/ },
  lua: { language: 'lua', code: /^-e$/, valued: /^-l$/ },
  osascript: { language: 'other', code: /^-e$/, valued: /^-l$/ },
  other: { language: 'other', code: /^-e$/, valued: /^-l$/ },
}

function judge(flow: Flow, speech: Speech, call: Call): void {
  if (has(flow.taint, 'remote')) reportCall(call, REMOTE)
  if (flow.text !== null && known(flow.text).trim() !== '') judgeCode(flow.text, speech.language, call.state)
  else if (has(flow.taint, 'decoded')) reportCall(call, DECODED)
  else if (!has(flow.taint, 'remote')) reportCall(call, PIPED)
}

function runModule(args: readonly Arg[], call: Call): Flow {
  const name = args[0]?.text ?? ''
  const known =
    /^(?:pip|pytest|venv|http\.server|json\.tool|unittest|build|twine|mypy|black|ruff|flake8|pylint|coverage|poetry|uv)$/.test(
      name,
    )
  return known
    ? call.state.exec(
        [literal(name === 'http.server' || name === 'json.tool' ? `python-${name}` : name), ...args.slice(1)],
        call.stdin,
      )
    : NOTHING
}

const SEVERAL_PROGRAMS: ReadonlySet<Language> = new Set(['perl', 'ruby', 'other'])
const ONLY_INFORMS = /^(?:-[vVh]|--version|--help|--test|--check)$/

/** The program text that an option carries, and how many words it takes. */
function inlineCode(
  args: readonly Arg[],
  i: number,
  speech: Speech,
): { readonly code: Arg; readonly words: number } | null {
  const arg = args[i] as Arg
  const next = args[i + 1]
  if (speech.code.test(arg.text)) return next === undefined ? null : { code: next, words: 2 }
  const glued = /^(?:-[cer]|--eval=|--print=)(?=.{3})/.exec(arg.text)
  if (glued === null || speech.language === 'ruby') return null
  return { code: { ...arg, text: arg.text.slice(glued[0].length) }, words: 1 }
}

/** `python -c`, `node -e`, `perl -e` …, a file, a module or standard input. */
function runInterpreter(speech: Speech): (call: Call) => Flow | undefined {
  return (call) => {
    const { args, stdin } = call
    let inline = false
    let printed = NOTHING
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as Arg
      const found = inlineCode(args, i, speech)
      if (found !== null) {
        judge({ text: found.code.text, taint: found.code.taint }, speech, call)
        inline = true
        printed = printedBy(found.code.text, speech.language)
        if (!SEVERAL_PROGRAMS.has(speech.language)) return printed
        i += found.words - 1
      } else if (speech.language === 'python' && /^-[a-zA-Z]*m$/.test(arg.text))
        return runModule(args.slice(i + 1), call)
      else if (speech.valued.test(arg.text)) i++
      else if (arg.text === '-') break
      else if (call.name === 'deno' && arg.text === 'run') continue
      else if (!arg.text.startsWith('-'))
        return inline ? readOperands(args.slice(i), call) : runProgram(arg, speech, call)
    }
    if (!inline && stdin !== null && !args.some((arg) => ONLY_INFORMS.test(arg.text))) judge(stdin, speech, call)
    return printed
  }
}

/** The files that `perl -ne` and its like run over. */
function readOperands(operands: readonly Arg[], call: Call): Flow {
  for (const operand of operands) if (isSecretPath(operand.text, call.state)) reportSecretRead(operand.text, call.state)
  return NOTHING
}

function runProgram(file: Arg, speech: Speech, call: Call): Flow {
  const { state } = call
  const framework = frameworkOf(call)
  if (framework !== null)
    return state.exec([literal(framework), ...call.args.slice(call.args.indexOf(file) + 1)], call.stdin)
  if (/^https?:\/\/(?!deno\.land\/|jsr\.io\/|esm\.sh\/)/i.test(file.text)) reportCall(call, REMOTE)
  const flow = file.text === '/dev/stdin' && call.stdin !== null ? call.stdin : output.read(file, state)
  if (flow !== NOTHING) judge(flow, speech, call)
  else report(state, SCRIPT, file.raw)
  return NOTHING
}

function runAwk(call: Call): Flow | undefined {
  const { args, state, stdin } = call
  const program = args.find((arg, i) => !arg.text.startsWith('-') && !/^-[Fvf]$/.test(args[i - 1]?.text ?? ''))
  if (program !== undefined) judgeCode(program.text, 'awk', state)
  const printed = program === undefined ? NOTHING : printedBy(program.text, 'awk')
  if (printed.text !== null && stdin === null) return printed
  for (const arg of args.slice(1)) if (isSecretPath(arg.text, state)) reportSecretRead(arg.text, state)
  return { text: null, taint: stdin?.taint ?? 0 }
}

const speak = (names: string, speech: Speech | undefined): Table =>
  same(names, { base: BUILD, run: runInterpreter(speech ?? { language: 'other', code: /^-e$/, valued: /^$/ }) })

const shell: Entry = { base: OTHER, run: runShell }

export const INTERPRETERS: Table = {
  ...same('sh bash zsh dash ksh ash mksh fish csh tcsh rbash', shell),
  ...same('. source', { base: OTHER, run: runDot }),
  ...speak(
    'python python2 python3 python3.9 python3.10 python3.11 python3.12 python3.13 python3.14 pypy pypy3 ipython',
    SPEECH['python'],
  ),
  ...speak('node nodejs bun deno tsx ts-node', SPEECH['node']),
  ...speak('perl perl5', SPEECH['perl']),
  ...speak('ruby jruby irb', SPEECH['ruby']),
  ...speak('php php8', SPEECH['php']),
  ...speak('lua luajit', SPEECH['lua']),
  ...speak('osascript', SPEECH['osascript']),
  ...speak('Rscript julia groovy elixir ghc tclsh expect', SPEECH['other']),
  ...same('awk gawk mawk nawk', { base: { ...BUILD, danger: 'none', type: 'review' }, run: runAwk }),
}
