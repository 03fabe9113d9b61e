import type { SqlToken } from './sql-lex.rules.ts'

const VERB_STARTS = new Set(['select', 'insert', 'update', 'delete', 'drop', 'exec', 'truncate', 'alter', 'create', 'declare', 'print', 'grant', 'when'])
const ENDS_CONDITION = new Set(['returning', 'order', 'limit', 'option', 'group', 'union', 'window', 'emit', ...VERB_STARTS])
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
  const verdicts: Record<string, boolean> = { '=': order === 0, '<>': order !== 0, '!=': order !== 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }
  return verdicts[op] ?? false
}

function splitAt(tokens: readonly SqlToken[], words: readonly string[]): SqlToken[][] {
  const level = Math.min(...tokens.map((token) => token.depth))
  const parts: SqlToken[][] = [[]]
  let between = false
  for (const token of tokens) {
    const word = token.kind === 'word' && token.depth === level ? token.text : token.text === '|' || token.text === '&' ? token.text : ''
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
  while (inner.length > 2 && open() && inner.slice(1, -1).every((token) => token.depth > (inner[0]?.depth ?? 0))) inner = inner.slice(1, -1)
  const joined: SqlToken[] = []
  for (const token of inner) {
    const last = joined.at(-1)
    if (last && (token.text === '.' || last.text.endsWith('.')) && isColumn(last)) joined[joined.length - 1] = { ...last, text: last.text + token.text }
    else joined.push(token)
  }
  return joined
}

function isKey(name: string): boolean {
  return KEY_COLUMN.test(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
}

function comparisonHolds(left: SqlToken, op: string, right: SqlToken): boolean {
  if (isValue(left) && isValue(right)) return compares(left.text, op, right.text)
  if (isColumn(left) && isColumn(right)) return left.text.toLowerCase() === right.text.toLowerCase() && /^(?:=|<=|>=|like)$/.test(op)
  if (!isColumn(left) || !isValue(right)) return false
  if (op === 'like' || op === 'ilike') return /^%+$/.test(right.text)
  if (!isKey(left.text)) return false
  const bound = Number(right.text)
  return (op === '>' && bound <= 0) || (op === '>=' && bound <= 1) || (/^(?:<>|!=)$/.test(op) && (bound <= 0 || right.text === ''))
}

function termHolds(raw: readonly SqlToken[]): boolean {
  const term = bare(raw)
  const [first, second, third, fourth] = term
  if (!first) return true
  if (term.length !== raw.length && term.some((token) => token.text === 'or' || token.text === 'and')) return alwaysTrue(term)
  if (first.text === 'not' && first.kind === 'word') return term.length === 2 && /^(?:false|0)$/.test(second?.text ?? '')
  if (term.length === 1) return first.text === 'true' || (first.kind === 'number' && Number(first.text) !== 0)
  const words = term.map((token) => token.text).join(' ')
  if (/^\S+ is not null$/.test(words)) return isKey(first.text) || isValue(first)
  if (/^(?:null|true) is (?:null|true)$/.test(words)) return true
  if (/^exists \( select \S+ \)$/.test(words)) return true
  if (term.length === 3 && second && third) return comparisonHolds(first, second.text, third)
  return term.length === 4 && third !== undefined && fourth !== undefined && second !== undefined && comparisonHolds(first, second.text + third.text, fourth)
}

/** Whether a condition holds for every row, as far as its own words tell: one true `or` branch, or only true terms. */
export function alwaysTrue(condition: readonly SqlToken[]): boolean {
  if (condition.length === 0) return true
  return splitAt(condition, ['or', '|']).some((branch) => splitAt(branch, ['and', '&']).every(termHolds))
}

/** Whether the statement that starts at `from` touches every row. `limit n` and `where current of` bound it. */
export function touchesAll(statement: readonly SqlToken[], from: number): boolean {
  const level = statement[from]?.depth ?? 0
  let where = -1
  for (let at = from + 1; at < statement.length; at += 1) {
    const token = statement[at]
    if (!token || token.depth < level) break
    if (token.depth > level || token.kind !== 'word') continue
    if (token.text === 'limit' || (token.text === 'top' && at < from + 3)) return false
    if (where < 0 && token.text === 'where') where = at + 1
    else if (VERB_STARTS.has(token.text)) break
  }
  if (where < 0) return true
  let end = where
  while (end < statement.length) {
    const token = statement[end]
    if (!token || token.depth < level || (token.depth === level && token.kind === 'word' && ENDS_CONDITION.has(token.text))) break
    end += 1
  }
  return alwaysTrue(statement.slice(where, end))
}
