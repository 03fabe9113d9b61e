import type { SqlToken } from './sql-lex.rules.ts'

const VERB_STARTS = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'drop',
  'exec',
  'truncate',
  'alter',
  'create',
  'declare',
  'print',
  'grant',
])
const ENDS_CONDITION = new Set([
  'returning',
  'order',
  'limit',
  'option',
  'group',
  'union',
  'window',
  'emit',
  ...VERB_STARTS,
])
/** A `limit` beyond this bounds nothing worth the name. */
const FEW_ROWS = 10_000
const KEY_COLUMN = /(?:^|_)(?:id|uuid|guid|pk)$|^(?:ctid|rowid|_id|oid)$/

function isValue(token: SqlToken | undefined): boolean {
  return token?.kind === 'string' || token?.kind === 'number'
}

function isColumn(token: SqlToken | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'name'
}

function compares(left: string, op: string, right: string): boolean {
  const numeric = left !== '' && right !== '' && !Number.isNaN(Number(left)) && !Number.isNaN(Number(right))
  const order = numeric ? Number(left) - Number(right) : left < right ? -1 : left > right ? 1 : 0
  const verdicts: Record<string, boolean> = {
    '=': order === 0,
    '<>': order !== 0,
    '!=': order !== 0,
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
  }
  return verdicts[op] ?? false
}

function splitAt(tokens: readonly SqlToken[], words: readonly string[]): SqlToken[][] {
  const level = Math.min(...tokens.map((token) => token.depth))
  const parts: SqlToken[][] = [[]]
  let between = false
  for (const token of tokens) {
    const word =
      token.kind === 'word' && token.depth === level
        ? token.text
        : token.text === '|' || token.text === '&'
          ? token.text
          : ''
    if (word === 'between') between = true
    if (word === 'and' && between) between = false
    else if (words.includes(word)) {
      parts.push([])
      continue
    }
    parts.at(-1)?.push(token)
  }
  return parts.filter((part) => part.length > 0)
}

/** Drops parentheses that wrap the whole, and makes one token of a dotted name. */
function bare(tokens: readonly SqlToken[]): SqlToken[] {
  let inner = [...tokens]
  const open = (): boolean => inner[0]?.text === '(' && inner.at(-1)?.text === ')' && inner[0].kind === 'op'
  while (inner.length > 2 && open() && inner.slice(1, -1).every((token) => token.depth > (inner[0]?.depth ?? 0)))
    inner = inner.slice(1, -1)
  const joined: SqlToken[] = []
  for (const token of inner) {
    const last = joined.at(-1)
    if (last && (token.text === '.' || last.text.endsWith('.')) && isColumn(last))
      joined[joined.length - 1] = { ...last, text: last.text + token.text }
    else joined.push(token)
  }
  return joined
}

function isKey(name: string): boolean {
  return KEY_COLUMN.test(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
}

function comparisonHolds(left: SqlToken, op: string, right: SqlToken): boolean {
  if (isValue(left) && isValue(right)) return compares(left.text, op, right.text)
  if (isColumn(left) && isColumn(right))
    return left.text.toLowerCase() === right.text.toLowerCase() && /^(?:=|<=|>=|like)$/.test(op)
  if (!isColumn(left) || !isValue(right)) return false
  if (op === 'like' || op === 'ilike') return /^%+$/.test(right.text)
  if (!isKey(left.text)) return false
  const bound = Number(right.text)
  return (
    (op === '>' && bound <= 0) ||
    (op === '>=' && bound <= 1) ||
    (/^(?:<>|!=)$/.test(op) && (bound <= 0 || right.text === ''))
  )
}

/** A comparison of constants and their functions is the same for every row; we do not work out which way. */
function namesNoColumn(term: readonly SqlToken[]): boolean {
  if (term.some(({ kind, text }) => kind === 'op' && /[?:%{]/.test(text))) return false
  const columns = term.filter((token, at) => isColumn(token) && term[at + 1]?.text !== '(')
  return (
    term.some(({ text }) => /^[=<>]$/.test(text)) &&
    columns.every(({ text }) => /^(?:true|false|null|and|or|not|is)$/.test(text))
  )
}

/** Forms that hold whatever the row: `id is not null`, `length(x) >= 0`, `null is null`, `exists (select 1)`. */
function phraseHolds(first: SqlToken, words: string): boolean {
  if (/^(?:char_length|length|len|octet_length|abs) \( \S+ \) > = 0$/.test(words)) return true
  if (/^\S+ is not null$/.test(words)) return isKey(first.text) || isValue(first)
  return /^(?:null|true) is (?:null|true)$|^exists \( select \S+ \)$/.test(words)
}

function oneWordHolds(token: SqlToken): boolean {
  return token.text === 'true' || (token.kind === 'number' && Number(token.text) !== 0)
}

function termHolds(raw: readonly SqlToken[]): boolean {
  const term = bare(raw)
  const [first, second, third, fourth] = term
  if (!first) return true
  if (term.length !== raw.length && term.some((token) => token.text === 'or' || token.text === 'and'))
    return alwaysTrue(term)
  if (first.text === 'not' && first.kind === 'word')
    return term.length === 2 && /^(?:false|0)$/.test(second?.text ?? '')
  if (!second) return oneWordHolds(first)
  if (phraseHolds(first, term.map((token) => token.text).join(' '))) return true
  if (term.some(({ text }) => text === '(') && namesNoColumn(term)) return true
  if (term.length === 3 && third) return comparisonHolds(first, second.text, third)
  return (
    term.length === 4 &&
    third !== undefined &&
    fourth !== undefined &&
    comparisonHolds(first, second.text + third.text, fourth)
  )
}

/** Whether a condition holds for every row, as far as its own words tell: one true `or` branch, or only true terms. */
export function alwaysTrue(condition: readonly SqlToken[]): boolean {
  if (condition.length === 0) return true
  return splitAt(condition, ['or', '|']).some((branch) => splitAt(branch, ['and', '&']).every(termHolds))
}

function outside(token: SqlToken | undefined, level: number): boolean {
  return !token || token.depth < level
}

/** Where the condition of the statement begins; null when there is none, 'bounded' when something else bounds it. */
function conditionStart(statement: readonly SqlToken[], from: number, level: number): number | 'bounded' | null {
  let where: number | null = null
  for (let at = from + 1; at < statement.length && !outside(statement[at], level); at += 1) {
    const token = statement[at]
    if (token?.kind !== 'word' || token.depth > level) continue
    if (token.text === 'limit' && Number(statement[at + 1]?.text) > FEW_ROWS) continue
    if (token.text === 'limit' || (token.text === 'top' && at < from + 3)) return 'bounded'
    if (where === null && token.text === 'where') where = at + 1
    else if (VERB_STARTS.has(token.text)) break
  }
  return where
}

/** Whether the statement that starts at `from` touches every row. `limit n` and `where current of` bound it. */
export function touchesAll(statement: readonly SqlToken[], from: number): boolean {
  const level = statement[from]?.depth ?? 0
  const where = conditionStart(statement, from, level)
  if (where === 'bounded') return false
  if (where === null) return true
  const ends = (token: SqlToken): boolean =>
    outside(token, level) || (token.depth === level && token.kind === 'word' && ENDS_CONDITION.has(token.text))
  const end = statement.findIndex((token, at) => at >= where && ends(token))
  return alwaysTrue(statement.slice(where, end < 0 ? statement.length : end))
}
