import { forEachChild, parse } from 'unbash'
import type { HereDocBody, ParsedScript, SyntaxNode, Word, WordPart } from 'unbash'
import { BRACES_MAX, expandBraces } from './shell-brace.rules.ts'
import { applyOperation, lookUp } from './shell-params.rules.ts'
import type { Arg, Flow, State } from './shell-state.rules.ts'
import { charge, COST, HOLE, LIMITS, TAINT } from './shell-state.rules.ts'

/** Walks a substitution and gives its output; passed in because the walker needs expansion in turn. */
export type RunScript = (script: ParsedScript) => Flow

interface Draft {
  readonly state: State
  readonly fields: Arg[]
  text: string
  taint: number
  glob: boolean
  started: boolean
}

interface Scope {
  readonly state: State
  readonly run: RunScript
  readonly raw: string
}

function flush(draft: Draft, raw: string): void {
  if (draft.started && draft.fields.length < LIMITS.fields) {
    draft.fields.push({ text: draft.text, raw, taint: draft.taint, glob: draft.glob })
  }
  draft.text = ''
  draft.taint = 0
  draft.glob = false
  draft.started = false
}

function append(draft: Draft, text: string, taint: number): void {
  charge(draft.state, text.length)
  draft.text += text
  draft.taint |= taint
  draft.started = true
}

/** Unquoted expansion results split into fields at the characters of IFS. */
function appendSplit(draft: Draft, value: Flow, scope: Scope): void {
  const text = value.text ?? HOLE
  charge(draft.state, text.length * 2)
  const separators = scope.state.vars.get('IFS')?.text ?? ' \t\n'
  let field = ''
  for (const char of text) {
    if (!separators.includes(char)) {
      field += char
      continue
    }
    if (field !== '') append(draft, field, value.taint)
    field = ''
    flush(draft, scope.raw)
  }
  if (field !== '') append(draft, field, value.taint)
  if (/[*?[]/.test(text)) draft.glob = true
}

function appendList(draft: Draft, list: readonly Arg[], scope: Scope): void {
  list.forEach((arg, index) => {
    charge(draft.state, COST.arg)
    if (index > 0) flush(draft, scope.raw)
    append(draft, arg.text, arg.taint)
  })
}

function parameterValue(part: Extract<WordPart, { type: 'ParameterExpansion' }>, scope: Scope): Flow {
  const { state } = scope
  if (part.prefix === '#') return { text: '1', taint: 0 }
  // Substitutions inside run whether or not the value is known; a default's operand is resolved below.
  if (part.index !== undefined) runNested(part.index, scope)
  if (part.operation !== undefined && part.operation.type !== 'Default') runNested(part, scope)
  const index = part.index?.text
  const listed = index === undefined ? undefined : state.lists.get(part.parameter)?.[Number.parseInt(index, 10)]
  let value: Flow = listed ?? lookUp(part.parameter, state)
  if (part.prefix === '!' && value.text !== null) value = lookUp(value.text, state)
  return applyOperation(value, part.operation, (word) => {
    const field = word === undefined ? undefined : joined(word as Word, scope.state, scope.run)
    return field ?? { text: '', taint: 0 }
  })
}

/** The list behind `$@`, `$*` and `${name[@]}`, when the part is one and the list is known. */
function listOf(part: WordPart, state: State): readonly Arg[] | undefined {
  if (part.type === 'SimpleExpansion') {
    return part.text === '$@' || part.text === '$*' ? state.lists.get('@') : undefined
  }
  if (part.type !== 'ParameterExpansion' || part.operation !== undefined || part.prefix !== undefined) return undefined
  if (part.parameter === '@' || part.parameter === '*') return state.lists.get('@')
  return part.index?.text === '@' || part.index?.text === '*' ? state.lists.get(part.parameter) : undefined
}

function runNested(node: SyntaxNode, scope: Scope): void {
  charge(scope.state, (node.end - node.pos) * 4)
  if (node.type === 'CommandExpansion' || node.type === 'ArithmeticCommandExpansion') {
    if (node.script) scope.run(node.script)
    return
  }
  forEachChild(node, (child) => runNested(child, scope))
}

function processFile(part: Extract<WordPart, { type: 'ProcessSubstitution' }>, scope: Scope): string {
  const flow = part.script ? scope.run(part.script) : { text: null, taint: 0 }
  const path = `/dev/fd/${60 + scope.state.files.size}`
  if (part.operator === '<') scope.state.files.set(path, flow)
  return path
}

/** The value of a part that expands at run time, or undefined for plain text. */
function expansion(part: WordPart, scope: Scope): Flow | undefined {
  if (part.type === 'SimpleExpansion') return lookUp(part.text.slice(1), scope.state)
  if (part.type === 'ParameterExpansion') return parameterValue(part, scope)
  if (part.type === 'ProcessSubstitution') return { text: processFile(part, scope), taint: 0 }
  if (part.type === 'ArithmeticExpansion') {
    runNested(part, scope)
    return { text: '1', taint: 0 }
  }
  if (part.type !== 'CommandExpansion') return undefined
  const flow = part.script ? scope.run(part.script) : { text: '', taint: 0 }
  if (flow.text === null) return { text: HOLE, taint: flow.taint | TAINT.unknown }
  return { text: flow.text.replace(/\n+$/, ''), taint: flow.taint }
}

function appendQuoted(draft: Draft, parts: readonly WordPart[], scope: Scope): void {
  draft.started = true
  for (const part of parts) {
    const list = listOf(part, scope.state)
    if (list !== undefined) appendList(draft, list, scope)
    else if (part.type === 'Literal') append(draft, part.value, 0)
    else {
      const value = expansion(part, scope)
      append(draft, value?.text ?? HOLE, value?.taint ?? 0)
    }
  }
}

function appendPart(draft: Draft, part: WordPart, scope: Scope): void {
  if (part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted') {
    append(draft, part.value, 0)
  } else if (part.type === 'Glob' || part.type === 'ExtendedGlob' || part.type === 'BraceExpansion') {
    append(draft, part.text, 0)
    draft.glob = true
  } else if (part.type === 'DoubleQuoted' || part.type === 'LocaleString') {
    appendQuoted(draft, part.parts, scope)
  } else {
    const list = listOf(part, scope.state)
    if (list !== undefined) appendList(draft, list, scope)
    else appendSplit(draft, expansion(part, scope) ?? { text: HOLE, taint: TAINT.unknown }, scope)
  }
}

function expandPlain(word: Word, state: State, run: RunScript): readonly Arg[] {
  const parts = word.parts
  if (parts === undefined) return [{ text: word.value, raw: word.text, taint: 0, glob: false }]
  // Parts are parsed when they are asked for, at every level of nesting anew.
  charge(state, word.text.length * 8)
  const draft: Draft = { state, fields: [], text: '', taint: 0, glob: false, started: false }
  const scope: Scope = { state, run, raw: word.text }
  for (const part of parts) appendPart(draft, part, scope)
  flush(draft, word.text)
  return draft.fields
}

function bracedWords(word: Word, state: State): readonly Word[] {
  const texts = expandBraces(word.text, (units) => charge(state, units))
  // What a cut list would have held is not known.
  const source = [...texts, ...(texts.length >= BRACES_MAX ? ['$UNKNOWN'] : [])].join(' ')
  charge(state, source.length * 8)
  const command = parse(`: ${source}`).commands[0]?.command
  return command?.type === 'Command' ? command.args.filter((arg) => arg.type === 'Word') : [word]
}

/** Brace, parameter and command expansion, field splitting and quote removal of one word. */
export function expandWord(word: Word, state: State, run: RunScript): readonly Arg[] {
  if (word.parts?.some((part) => part.type === 'BraceExpansion')) {
    return bracedWords(word, state).flatMap((each) => expandPlain(each, state, run))
  }
  return expandPlain(word, state, run)
}

/** A word where no field splitting happens: assignments, redirect targets, here-strings. */
export function joined(word: Word, state: State, run: RunScript): Arg {
  const fields = expandPlain(word, state, run)
  const first = fields[0]
  if (fields.length === 1 && first !== undefined) return first
  return {
    text: fields.map((field) => field.text).join(' '),
    raw: word.text,
    taint: fields.reduce((sum, field) => sum | field.taint, 0),
    glob: fields.some((field) => field.glob),
  }
}

/** Here-document bodies expand like double quotes, unless their delimiter was quoted. */
export function bodyText(body: HereDocBody, state: State, run: RunScript): Flow {
  const { text, parts } = body
  if (parts === undefined) return { text, taint: 0 }
  charge(state, text.length * 8)
  const draft: Draft = { state, fields: [], text: '', taint: 0, glob: false, started: false }
  appendQuoted(draft, parts, { state, run, raw: text })
  return { text: draft.text, taint: draft.taint }
}
