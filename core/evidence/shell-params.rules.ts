import type { ParameterExpansionPart } from 'unbash'
import type { Flow, State } from './shell-state.rules.ts'
import { HOLE, LIMITS, TAINT, TooMuchWork } from './shell-state.rules.ts'

/** Values every shell has, as far as they matter for judging a path. */
const BUILT_IN = new Map([
  ['HOME', '~'],
  ['PWD', '.'],
  ['TMPDIR', '/tmp'],
  ['TMP', '/tmp'],
  ['TEMP', '/tmp'],
  ['RUNNER_TEMP', '/tmp'],
  ['IFS', ' \t\n'],
  ['SHELL', '/bin/bash'],
  ['BASH', '/bin/bash'],
  ['USER', 'user'],
  ['LOGNAME', 'user'],
  ['HOSTNAME', 'host'],
  ['XDG_CACHE_HOME', '~/.cache'],
  ['XDG_CONFIG_HOME', '~/.config'],
  ['RANDOM', '1'],
  ['SECONDS', '1'],
  ['EUID', '1000'],
  ['UID', '1000'],
  ['PPID', '1'],
  ['0', 'bash'],
  ['$', '1'],
  ['?', '0'],
  ['#', '0'],
  ['!', '1'],
  ['-', 'i'],
  ['_', ''],
])

const SECRET_NAME = /SECRET|TOKEN|PASSW|PASSPHRASE|API_?KEY|PRIVATE_?KEY|CREDENTIAL|ACCESS_KEY|DATABASE_URL|_PAT$/i

export function lookUp(name: string, state: State): Flow {
  const set = state.vars.get(name)
  if (set !== undefined) return set
  const builtIn = BUILT_IN.get(name)
  if (builtIn !== undefined) return { text: builtIn, taint: 0 }
  return { text: HOLE, taint: TAINT.unknown | (SECRET_NAME.test(name) ? TAINT.named : 0) }
}

type Operation = NonNullable<ParameterExpansionPart['operation']>

function withDefault(value: Flow, operation: Extract<Operation, { type: 'Default' }>, operand: Flow): Flow {
  const unset = value.text === null || value.text === HOLE || value.text === ''
  const sign = operation.operator.replace(':', '')
  if (sign === '+') return operand
  if (!unset) return value
  // `${X:?}` stops the shell when X is empty, so the value is some non-empty word.
  if (sign === '?') return { text: 'nonempty', taint: TAINT.unknown }
  return operand
}

function removed(text: string, operator: string, pattern: string): string {
  const bare = pattern.replaceAll('*', '')
  if (bare === '') return pattern === '*' ? '' : text
  if (operator.startsWith('#')) {
    if (!pattern.includes('*')) return text.startsWith(bare) ? text.slice(bare.length) : text
    const at = operator === '##' ? text.lastIndexOf(bare) : text.indexOf(bare)
    return at < 0 ? text : text.slice(at + bare.length)
  }
  if (!pattern.includes('*')) return text.endsWith(bare) ? text.slice(0, text.length - bare.length) : text
  const at = operator === '%%' ? text.indexOf(bare) : text.lastIndexOf(bare)
  return at < 0 ? text : text.slice(0, at)
}

function changedCase(text: string, operator: string): string {
  const map = operator.startsWith('^') ? (s: string) => s.toUpperCase() : (s: string) => s.toLowerCase()
  return operator.length === 2 ? map(text) : map(text.slice(0, 1)) + text.slice(1)
}

function sliced(text: string, offset: string, length: string | undefined): string {
  const from = Number.parseInt(offset, 10)
  if (Number.isNaN(from)) return HOLE
  const start = from < 0 ? Math.max(0, text.length + from) : from
  if (length === undefined) return text.slice(start)
  const count = Number.parseInt(length, 10)
  if (Number.isNaN(count)) return HOLE
  return count < 0 ? text.slice(start, text.length + count) : text.slice(start, start + count)
}

/** Refuses to build what would be longer than a whole walk may read. */
export function assertGrowth(text: string, pattern: string, replacement: string): void {
  if ((text.length / Math.max(1, pattern.length)) * replacement.length > LIMITS.work)
    throw new TooMuchWork('A replacement grows beyond what can be judged.')
}

type Resolve = (word: { readonly text: string } | undefined) => Flow

/** Applies `${name<operation>}` to a value; what cannot be computed becomes a hole. */
export function applyOperation(value: Flow, operation: Operation | undefined, resolve: Resolve): Flow {
  if (operation === undefined) return value
  if (operation.type === 'Default') return withDefault(value, operation, resolve(operation.operand))
  if (value.text === null || value.text.includes(HOLE)) return value
  const taint = value.taint
  switch (operation.type) {
    case 'Remove':
      return { text: removed(value.text, operation.operator, resolve(operation.operand).text ?? ''), taint }
    case 'Slice':
      return { text: sliced(value.text, operation.offset.text.trim(), operation.length?.text.trim()), taint }
    case 'CaseModification':
      return { text: changedCase(value.text, operation.operator), taint }
    case 'Replace': {
      const pattern = resolve(operation.pattern).text ?? ''
      const replacement = resolve(operation.replacement).text ?? ''
      if (pattern === '') return value
      const all = operation.operator === '//'
      assertGrowth(value.text, pattern, replacement)
      return {
        text: all ? value.text.replaceAll(pattern, () => replacement) : value.text.replace(pattern, () => replacement),
        taint,
      }
    }
    case 'Transform':
      return value
    case 'Names':
    case 'Unknown':
  }
  return { text: HOLE, taint: taint | TAINT.unknown }
}
