import type {
  Command,
  CommandNode,
  CompoundList,
  ParsedScript,
  PipelineNode,
  Redirection,
  Script,
  Statement,
  SyntaxNode,
} from 'unbash'
import { forEachChild, parse } from 'unbash'
import { assign, output } from './shell-effects.rules.ts'
import { bodyText, expandWord, joined } from './shell-expand.rules.ts'
import type { RunScript } from './shell-expand.rules.ts'
import type { Arg, Flow, Hit, State } from './shell-state.rules.ts'
import { charge, EMPTY, HOLE, LIMITS, NOTHING, report, TAINT } from './shell-state.rules.ts'

const TOO_BIG: Hit = {
  danger: 'high',
  code: 'shell.too_complex',
  type: 'security',
  say: 'The command is nested or long beyond what can be judged.',
}
const UNPARSED: Hit = {
  danger: 'elevated',
  code: 'shell.unparsed',
  type: 'other',
  say: 'The command is not well-formed shell text.',
}
const FORK_BOMB: Hit = {
  danger: 'catastrophic',
  code: 'shell.fork_bomb',
  type: 'security',
  say: 'The function starts copies of itself without end.',
  flag: 'destructive',
}

export interface Walker {
  readonly state: State
  readonly sub: RunScript
  readonly exec: (argv: readonly Arg[], stdin: Flow | null) => Flow
}

function merge(flows: readonly Flow[]): Flow {
  const taint = flows.reduce((sum, flow) => sum | flow.taint, 0)
  const texts = flows.filter((flow) => flow.text !== null)
  return { text: texts.length === 0 ? null : texts.map((flow) => flow.text).join(''), taint }
}

function spend(walker: Walker, text: string): boolean {
  const { state } = walker
  if (++state.calls <= LIMITS.calls && state.depth <= LIMITS.depth) return true
  report(state, TOO_BIG, text)
  return false
}

export function walkText(walker: Walker, text: string, stdin: Flow | null): Flow {
  charge(walker.state, text.length * 8)
  return walkScript(walker, parse(text), text, stdin)
}

export function walkScript(walker: Walker, script: ParsedScript, source: string, stdin: Flow | null): Flow {
  if (!spend(walker, source)) return NOTHING
  if (script.errors !== undefined && script.errors.length > 0) report(walker.state, UNPARSED, source)
  walker.state.depth++
  const flow = walkList(walker, script, stdin)
  walker.state.depth--
  return flow
}

function walkList(walker: Walker, list: CompoundList | Script, stdin: Flow | null): Flow {
  return merge(list.commands.map((statement) => walkStatement(walker, statement, stdin)))
}

function walkStatement(walker: Walker, statement: Statement, stdin: Flow | null): Flow {
  const { command } = statement
  if (command.type !== 'AndOr') return walkPipeline(walker, command, stdin)
  return merge(command.commands.map((each) => walkPipeline(walker, each, stdin)))
}

function walkPipeline(walker: Walker, node: PipelineNode, stdin: Flow | null): Flow {
  if (node.type !== 'Pipeline') return walkCommand(walker, node, stdin)
  return node.commands.reduce<Flow>((flow, command, i) => walkCommand(walker, command, i === 0 ? stdin : flow), NOTHING)
}

function inScope(walker: Walker, body: () => Flow): Flow {
  const { cwd } = walker.state
  const flow = body()
  walker.state.cwd = cwd
  return flow
}

type Compound = Exclude<CommandNode, Command>

function walkCommand(walker: Walker, node: CommandNode, stdin: Flow | null): Flow {
  if (node.type === 'Command') return walkSimple(walker, node, stdin)
  if (walker.state.depth > LIMITS.depth || !spend(walker, '')) {
    report(walker.state, TOO_BIG, '')
    return NOTHING
  }
  walker.state.depth++
  const flow = walkCompound(walker, node, stdin)
  walker.state.depth--
  return flow
}

function walkCompound(walker: Walker, node: Compound, stdin: Flow | null): Flow {
  switch (node.type) {
    case 'If':
      return merge(
        [
          node.clause,
          node.then,
          ...node.elif.flatMap((each) => [each.clause, each.then]),
          ...(node.else ? [node.else] : []),
        ].map((list) => walkList(walker, list, stdin)),
      )
    case 'While':
      return walkWhile(walker, [node.clause, node.body], stdin)
    case 'For':
    case 'Select':
      return walkFor(walker, node, stdin)
    case 'ArithmeticFor':
      return walkList(walker, node.body, stdin)
    case 'Case':
      joined(node.word, walker.state, walker.sub)
      return merge(node.items.map((item) => walkList(walker, item.body, stdin)))
    case 'Subshell':
      return inScope(walker, () => walkList(walker, node.body, stdin))
    case 'BraceGroup':
      return walkList(walker, node.body, stdin)
    case 'Redirected':
      return walkRedirected(walker, node, stdin)
    case 'Function':
      defineFunction(walker, node)
      return EMPTY
    case 'Coproc':
      return node.body.type === 'CompoundList'
        ? walkList(walker, node.body, stdin)
        : walkCommand(walker, node.body, stdin)
    case 'TestCommand':
    case 'ArithmeticCommand':
      walkExpansions(walker, node)
  }
  return EMPTY
}

/** Conditions run nothing themselves, but the substitutions inside them do. */
function walkExpansions(walker: Walker, node: SyntaxNode): void {
  forEachChild(node, (child) => {
    if (
      child.type === 'CommandExpansion' ||
      child.type === 'ArithmeticCommandExpansion' ||
      child.type === 'ProcessSubstitution'
    ) {
      if (child.script) walker.sub(child.script)
    } else walkExpansions(walker, child)
  })
}

/** `while read x` takes one known input line per turn. */
function walkWhile(walker: Walker, lists: readonly CompoundList[], stdin: Flow | null): Flow {
  const lines = stdin?.text?.split('\n').filter((line) => line !== '') ?? []
  const turns = lines.length > 1 ? lines.map((text) => ({ text: `${text}\n`, taint: stdin?.taint ?? 0 })) : [stdin]
  return merge(turns.flatMap((turn) => lists.map((list) => walkList(walker, list, turn))))
}

function walkFor(walker: Walker, node: Extract<Compound, { type: 'For' | 'Select' }>, stdin: Flow | null): Flow {
  const { state } = walker
  const words = node.wordlist?.flatMap((word) => expandWord(word, state, walker.sub)) ?? state.lists.get('@')
  const unknown: Flow = { text: HOLE, taint: TAINT.unknown }
  const values = words === undefined || words.length === 0 ? [unknown] : words
  return merge(
    values.map((value) => {
      state.vars.set(node.name.value, value)
      return walkList(walker, node.body, stdin)
    }),
  )
}

function callsItself(node: SyntaxNode, name: string): number {
  let count = node.type === 'Command' && node.name?.value === name ? 1 : 0
  forEachChild(node, (child) => (count += callsItself(child, name)))
  return count
}

function defineFunction(walker: Walker, node: Extract<Compound, { type: 'Function' }>): void {
  const { state } = walker
  const name = node.name.value
  if (callsItself(node.body, name) >= 2) report(state, FORK_BOMB, name)
  const { body } = node
  let running = false
  state.functions.set(name, () => {
    if (running) return
    running = true
    if (body.type === 'CompoundList') walkList(walker, body, null)
    else walkCommand(walker, body, null)
    running = false
  })
}

interface Streams {
  stdin: Flow | null
  readonly outs: { readonly path: Arg; readonly append: boolean }[]
}

function openRedirects(walker: Walker, redirects: readonly Redirection[], stdin: Flow | null): Streams {
  const { state, sub } = walker
  const streams: Streams = { stdin, outs: [] }
  for (const redirect of redirects) {
    if (redirect.type === 'HereDoc') streams.stdin = bodyText(redirect.body, state, sub)
    else if (redirect.target === undefined) continue
    else if (redirect.type === 'HereString') {
      const word = joined(redirect.target, state, sub)
      streams.stdin = { text: `${word.text}\n`, taint: word.taint }
    } else {
      const path = joined(redirect.target, state, sub)
      if (redirect.operator === '<') streams.stdin = output.read(path, state)
      else if (redirect.operator === '<&' || (redirect.operator === '>&' && /^[\d-]+$/.test(path.text))) continue
      else streams.outs.push({ path, append: redirect.operator.includes('>>') })
    }
  }
  return streams
}

function closeRedirects(walker: Walker, streams: Streams, flow: Flow): Flow {
  for (const { path, append } of streams.outs) output.write({ path, append }, flow, walker.state)
  return streams.outs.length > 0 ? { text: '', taint: 0 } : flow
}

function walkRedirected(walker: Walker, node: Extract<Compound, { type: 'Redirected' }>, stdin: Flow | null): Flow {
  const streams = openRedirects(walker, node.redirects, stdin)
  return closeRedirects(walker, streams, walkCommand(walker, node.command, streams.stdin))
}

function argvOf(walker: Walker, command: Command): readonly Arg[] {
  const { state, sub } = walker
  const argv = command.name === undefined ? [] : [...expandWord(command.name, state, sub)]
  for (const arg of command.args) {
    if (arg.type === 'Word') argv.push(...expandWord(arg, state, sub))
    else if (arg.value.type === 'ArrayValue') assign(arg, state, sub)
    else {
      const value = joined(arg.value, state, sub)
      argv.push({ ...value, text: `${arg.name}=${value.text}`, raw: arg.text })
    }
    if (argv.length < LIMITS.fields) continue
    report(state, TOO_BIG, command.name?.text ?? '')
    break
  }
  return argv
}

function walkSimple(walker: Walker, command: Command, stdin: Flow | null): Flow {
  if (!spend(walker, command.name?.text ?? '')) return NOTHING
  const { vars } = walker.state
  const before = command.prefix.flatMap((each) =>
    each.type === 'Assignment' ? [[each.name, vars.get(each.name)] as const] : [],
  )
  for (const prefix of command.prefix) {
    if (prefix.type === 'Assignment') assign(prefix, walker.state, walker.sub)
  }
  const streams = openRedirects(walker, command.redirects, stdin)
  const argv = argvOf(walker, command)
  const flow = argv.length > 0 ? walker.exec(argv, streams.stdin) : (streams.stdin ?? EMPTY)
  charge(walker.state, flow.text?.length ?? 0)
  // `NAME=value program` sets the name for that program alone.
  if (command.name !== undefined)
    for (const [name, value] of before) {
      if (value === undefined) vars.delete(name)
      else vars.set(name, value)
    }
  return closeRedirects(walker, streams, flow)
}
