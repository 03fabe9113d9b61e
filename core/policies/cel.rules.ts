import { ParseError, TypeError as CelTypeError, type ASTNode, type ParseResult } from '@marcbachmann/cel-js'
import { celContext, MAX_VALUES, type FreeField } from './cel-context.rules.ts'
import { environment, fieldNames, REPLACED, variableNames } from './cel-environment.ts'
import { foldType, type Facts } from './facts.ts'
import { compilePattern } from './patterns.rules.ts'

export const CEL_MAX_CHARS = 2_000
const MAX_MACRO_NESTING = 2
/** Values in a free field that loops in loops may walk: an evaluation cannot be interrupted, and a failing step costs 20 µs. */
const MAX_VALUES_IN_LOOPS = 100
const MACROS = new Set([
  'all',
  'exists',
  'exists_one',
  'existsOne',
  'map',
  'filter',
  'bind',
  'transformList',
  'transformMap',
])

export interface Condition {
  readonly usesSession: boolean
  /** Action types outside of which the condition is false for certain; empty = none known. */
  readonly actionTypes: readonly string[]
  /** Throws when the expression fails on these facts. */
  holds(facts: Facts): boolean
}

/** Says where in the expression it is wrong; line and column start at 1. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError'
}

/** Parses and type-checks an expression against the declared variables. Throws `ConditionError`. */
export function compileCondition(source: string): Condition {
  if (source.length > CEL_MAX_CHARS) {
    throw new ConditionError(`the expression has ${source.length} characters; at most ${CEL_MAX_CHARS} are allowed`)
  }
  const program = checked(source)
  const reads = freeFields(program.ast)
  const names = namesIn(program.ast)
  const bound = loopsIn(program.ast) > 1 ? MAX_VALUES_IN_LOOPS : MAX_VALUES
  return {
    usesSession: nodes(program.ast).some((node) => node.op === 'id' && node.args === 'session'),
    actionTypes: requiredTypes(program.ast),
    holds(facts) {
      const { variables, sizes } = celContext(facts, names)
      const hidden = reads.find((field) => (sizes.get(field) ?? 0) > bound)
      if (hidden !== undefined) throw new Error(`${hidden} is too large to be judged`)
      const result: unknown = program(variables)
      if (typeof result !== 'boolean') throw new Error('the condition did not yield true or false')
      return result
    },
  }
}

function checked(source: string): ParseResult {
  try {
    const bounded = withBoundedCalls(source, environment.parse(source).ast)
    const program = environment.parse(bounded)
    const check = environment.check(bounded)
    if (!check.valid) throw check.error ?? new Error('the expression does not type-check')
    if (check.type !== 'bool') {
      throw new ConditionError(`the expression yields ${check.type ?? 'nothing'}; a condition must yield bool`)
    }
    program.check()
    return program
  } catch (error) {
    if (error instanceof ConditionError) throw error
    if (error instanceof ParseError || error instanceof CelTypeError) throw located(source, error)
    throw new ConditionError(error instanceof Error ? error.message : 'the expression cannot be read')
  }
}

function located(source: string, error: ParseError | CelTypeError): ConditionError {
  const at = position(source, error.range?.start ?? 0)
  const plain = [...REPLACED].reduce((text, [name, own]) => text.replaceAll(own, name), error.summary)
  return new ConditionError(`${at}: ${plain}${allowedNames(source, error)}`)
}

function position(source: string, offset: number): string {
  const before = source.slice(0, offset).split('\n')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

function allowedNames(source: string, error: ParseError | CelTypeError): string {
  if (error.code === 'unknown_variable') return `; allowed are ${variableNames.join(', ')}`
  if (error.code !== 'no_such_key') return ''
  const owner = /(\w+)\s*\.\s*$/.exec(source.slice(0, error.range?.start ?? 0))?.[1]
  const fields = owner === undefined ? undefined : fieldNames(owner)
  return fields === undefined ? '' : `; ${owner} has ${fields.join(', ')}`
}

/** Renames calls to our own bounded functions, checks patterns, and bounds the nesting of loops. */
function withBoundedCalls(source: string, ast: ASTNode): string {
  const found: { at: number; name: string }[] = []
  visit(ast, 0, (node, loops) => {
    if (loops > MAX_MACRO_NESTING) {
      throw new ConditionError(
        `${position(source, node.start)}: loops (all, exists, map, filter …) nest at most ${MAX_MACRO_NESTING} deep`,
      )
    }
    refuseUpperCaseTypes(source, node)
    if (node.op !== 'rcall') return
    const [called, owner, given] = node.args
    const name = REPLACED.get(called)
    if (called === 'matches') checkPattern(source, given[0])
    if (name !== undefined) found.push({ at: source.indexOf(called, owner.end), name })
  })
  let bounded = source
  for (const { at, name } of found) bounded = bounded.slice(0, at) + name + bounded.slice(at + name.length)
  return bounded
}

/** Action types are folded to lower case before they are compared, so such a literal could never match. */
function refuseUpperCaseTypes(source: string, node: ASTNode): void {
  if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return
  const [left, right] = node.args
  if (!isActionType(left) && !isActionType(right)) return
  for (const literal of [left, right].flatMap((side) => (side.op === 'list' ? side.args : [side]))) {
    if (literal.op !== 'value' || typeof literal.args !== 'string' || foldType(literal.args) === literal.args) continue
    const at = position(source, literal.start)
    throw new ConditionError(`${at}: action types compare in lower case; write "${foldType(literal.args)}"`)
  }
}

function checkPattern(source: string, pattern: ASTNode | undefined): void {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    const at = position(source, pattern?.start ?? 0)
    throw new ConditionError(`${at}: matches() takes a pattern written out as text`)
  }
  try {
    compilePattern(pattern.args)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable'
    throw new ConditionError(`${position(source, pattern.start)}: the pattern cannot be used: ${why}`)
  }
}

function children(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = []
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) collect(item)
    else if (typeof value === 'object' && value !== null && 'op' in value) found.push(value as ASTNode)
  }
  collect(node.args)
  return found
}

function visit(node: ASTNode, loops: number, see: (node: ASTNode, loops: number) => void): void {
  const inside = node.op === 'rcall' && MACROS.has(node.args[0]) ? loops + 1 : loops
  see(node, inside)
  for (const child of children(node)) visit(child, inside, see)
}

function nodes(ast: ASTNode): ASTNode[] {
  const all: ASTNode[] = []
  visit(ast, 0, (node) => all.push(node))
  return all
}

/** How deep its loops nest. */
function loopsIn(ast: ASTNode): number {
  let deepest = 0
  visit(ast, 0, (_node, loops) => (deepest = Math.max(deepest, loops)))
  return deepest
}

/** Types named by a top-level `action_type == "x"` or `action_type in ["x", …]`: the index needs no other. */
function requiredTypes(node: ASTNode): readonly string[] {
  if (node.op === '&&') {
    const left = requiredTypes(node.args[0])
    return left.length > 0 ? left : requiredTypes(node.args[1])
  }
  if (node.op === '==') return isEvaluatedType(node.args[0]) ? literals([node.args[1]]) : []
  if (node.op === 'in' && isEvaluatedType(node.args[0]) && node.args[1].op === 'list')
    return literals(node.args[1].args)
  return []
}

function isEvaluatedType(node: ASTNode): boolean {
  return node.op === 'id' && node.args === 'action_type'
}

function isActionType(node: ASTNode): boolean {
  return isEvaluatedType(node) || (node.op === 'id' && node.args === 'declared_action_type')
}

/** The declared variables that the expression names. */
function namesIn(ast: ASTNode): readonly string[] {
  const named = new Set(nodes(ast).flatMap((node) => (node.op === 'id' ? [node.args] : [])))
  return variableNames.filter((name) => named.has(name))
}

/** Free JSON that the expression reads. `tool` counts only where its input may be reached. */
function freeFields(ast: ASTNode): FreeField[] {
  const all = nodes(ast)
  const names = (name: string) => all.filter((node) => node.op === 'id' && node.args === name).length
  const harmless = all.filter(
    (node) => node.op === '.' && node.args[0].op === 'id' && node.args[0].args === 'tool' && node.args[1] !== 'input',
  ).length
  const read: FreeField[] = names('tool') > harmless ? ['tool.input'] : []
  if (names('intel') > 0) read.push('intel')
  if (names('source_of_truth') > 0) read.push('source_of_truth')
  return read
}

function literals(items: readonly ASTNode[]): readonly string[] {
  const found = items.flatMap((item) => (item.op === 'value' && typeof item.args === 'string' ? [item.args] : []))
  return found.length === items.length ? found : []
}
