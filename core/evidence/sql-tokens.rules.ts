import { dangerRank } from './schema.ts'
import { HEADS } from './sql-heads.rules.ts'
import type { SqlReading, SqlToken } from './sql-lex.rules.ts'
import { lexSql, splitStatements } from './sql-lex.rules.ts'
import type { Cursor } from './sql-cursor.rules.ts'
import { cursorAt, nameAt } from './sql-cursor.rules.ts'
import { ANYWHERE } from './sql-read.rules.ts'
import type { SqlFact, SqlVerb } from './sql-verbs.rules.ts'
import { ACTING_FUNCTIONS, CATALOGUE, RUNS_TEXT, SECRET_RELATIONS, VERBS } from './sql-verbs.rules.ts'

const MAX_NESTING = 3
const MAX_FACTS = 200

/** Names of tables that the text itself creates as temporary. */
function temporaries(tokens: readonly SqlToken[]): Set<string> {
  const names = new Set<string>()
  tokens.forEach((token, at) => {
    const creates = (token.text === 'temp' || token.text === 'temporary') && tokens[at - 1]?.text !== 'drop'
    if (!creates || tokens[at + 1]?.text !== 'table') return
    const cursor = cursorAt(tokens, at, names)
    const skip = cursor.word(2) === 'if' ? 5 : 2
    const name = nameAt(cursor, skip)
    if (name) names.add(name)
  })
  return names
}

/** `explain` alone runs nothing; with `analyze` it does. */
function onlyExplains(cursor: Cursor): boolean {
  if (!/^(?:explain|describe|desc)$/.test(cursor.word(0))) return false
  const options = cursor.tokens.slice(1, 16)
  return !options.some(
    ({ text }, at) => /^analy[sz]e$/.test(text) && !/^(?:false|off|0)$/.test(options[at + 1]?.text ?? ''),
  )
}

function functionFact(cursor: Cursor): SqlVerb | null {
  const token = cursor.tokens[cursor.at]
  if (!token || (token.kind !== 'word' && token.kind !== 'name')) return null
  const name = token.text.toLowerCase()
  const verb = ACTING_FUNCTIONS[name]
  const called =
    cursor.tokens[cursor.at + 1]?.text === '(' ||
    cursor.tokens[cursor.at + 1]?.text === '.' ||
    /^(?:xp_|sp_)/.test(name)
  return verb !== undefined && called ? verb : null
}

function relationFact(cursor: Cursor): SqlVerb | null {
  const before = cursor.tokens[cursor.at - 1]?.text ?? ''
  if (!['from', 'join', 'into', 'update', 'only', ',', 'table'].includes(before)) return null
  const name = nameAt(cursor, 0).replace(/^pg_catalog\./, '')
  if (SECRET_RELATIONS.test(name)) return 'secrets'
  const changes = before === 'into' || before === 'update' || cursor.tokens[cursor.at - 2]?.text === 'delete'
  return changes && CATALOGUE.test(nameAt(cursor, 0)) && !name.startsWith('information_schema') ? 'secrets' : null
}

function decodeHex(text: string): string {
  return text.startsWith('0x') && text.length > 6 && text.length % 2 === 0
    ? Buffer.from(text.slice(2), 'hex').toString('latin1').replaceAll('\0', '')
    : ''
}

/** Text that the statement would run: its literals one by one and joined, with hex and `char(…)` spelled out. */
function textsToRun(tokens: readonly SqlToken[]): string[] {
  const pieces: string[] = []
  tokens.forEach((token, at) => {
    if (token.kind === 'string') pieces.push(token.text)
    else if (token.kind === 'number' && token.text.startsWith('0x')) pieces.push(decodeHex(token.text))
    else if (token.kind === 'number' && /^(?:char|chr|nchar)$/.test(tokens[at - 2]?.text ?? ''))
      pieces.push(String.fromCodePoint(Math.min(Number(token.text) || 32, 0xffff)))
  })
  return pieces.length > 1 ? [...pieces.filter((piece) => piece.length > 3), pieces.join('')] : pieces
}

interface Reading {
  readonly sql: string
  readonly reading: SqlReading
  readonly nesting: number
}

function nestedFacts(source: Reading, texts: readonly string[]): SqlFact[] {
  if (source.nesting >= MAX_NESTING) return [{ verb: 'dynamic', text: texts[0] ?? '' }]
  return texts.flatMap((sql) =>
    readSql({ sql, reading: source.reading, nesting: source.nesting + 1 }).filter(({ verb }) => verb !== 'unknown'),
  )
}

function dynamicFacts(source: Reading, cursor: Cursor, text: string): SqlFact[] {
  const at = cursor.tokens.findIndex(
    (token, index) =>
      token.kind === 'word' &&
      RUNS_TEXT.has(token.text) &&
      cursor.tokens[index - 1]?.text !== 'on' &&
      !(
        token.text === 'execute' &&
        /^(?:function|procedure|grant|revoke|,)$/.test(
          cursor.tokens[index + 1]?.text ?? cursor.tokens[index - 1]?.text ?? '',
        )
      ),
  )
  if (at < 0) return []
  const word = cursor.tokens[at]?.text ?? ''
  const rest = cursor.tokens.slice(at + 1)
  const texts = textsToRun(rest)
  const found = nestedFacts(source, texts)
  const variable = rest.some(
    (token) => token.kind === 'word' && (token.text.startsWith('@') || source.nesting > 0 || texts.length > 0),
  )
  const builds = /^(?:exec|execute|sp_executesql|immediate|prepare)$/.test(word) && variable
  if (!builds || found.some(({ verb }) => rank(verb) > 1)) return found
  const spelled = source.nesting < MAX_NESTING ? textsToRun(lexSql(source.sql, source.reading).tokens) : []
  return [...found, ...nestedFacts(source, spelled), { verb: 'dynamic', text }]
}

function rank(verb: SqlVerb): number {
  return dangerRank(VERBS[verb][0])
}

/** How often `name` stands as a call: before a parenthesis, the definition's own included, or behind `exec`. */
function callsOf(sql: string, name: string): number {
  const escaped = name.replace(/[^\w]/g, String.raw`\$&`)
  return [
    ...sql.matchAll(
      new RegExp(String.raw`(?:^|[^\w.])${escaped}\s*\(|\b(?:exec|execute|call|function)\s+${escaped}\s*(?:;|$)`, 'g'),
    ),
  ].length
}

/** A routine is not run by being defined, unless the same text calls it. */
function bodyFacts(source: Reading, cursor: Cursor, text: string): SqlFact[] {
  const defines = cursor.word(0) === 'create' && (cursor.has('function') || cursor.has('procedure'))
  if (!defines || cursor.has('execute', 'function') || cursor.has('execute', 'procedure')) return []
  const body = nestedFacts(
    source,
    cursor.tokens.filter(({ kind, text: word }) => kind === 'string' && word.length > 6).map((token) => token.text),
  )
  const at = cursor.tokens.findIndex(({ text: word }) => word === 'function' || word === 'procedure')
  const name = nameAt(cursorAt(cursor.tokens, at, cursor.temps), 1)
  const calls = name === '' ? 0 : callsOf(source.sql.toLowerCase(), name)
  if (calls > 1) return body
  return body.some(({ verb }) => rank(verb) >= dangerRank('high')) ? [{ verb: 'defined', text }] : []
}

/** What is found at every place of the statement: verbs, acting functions, relations that nobody should touch. */
function placeFacts(source: Reading, tokens: readonly SqlToken[], temps: ReadonlySet<string>): SqlFact[] {
  const facts: SqlFact[] = []
  const end = (tokens.at(-1)?.at ?? 0) + (tokens.at(-1)?.text.length ?? 0) + 2
  for (let at = 0; at < tokens.length && facts.length < MAX_FACTS; at += 1) {
    const token = tokens[at]
    if (token?.kind !== 'word' && token?.kind !== 'name') continue
    const cursor = cursorAt(tokens, at, temps)
    const verb = token.kind === 'word' ? ANYWHERE[token.text]?.(cursor) : null
    for (const found of [verb, functionFact(cursor), relationFact(cursor)]) {
      if (found) facts.push({ verb: found, text: source.sql.slice(token.at, end) })
    }
  }
  return facts
}

/** Heads that say nothing of their own once the verb itself was found. */
const SPEAKS_BY_VERB = new Set(['drop', 'alter', 'create', 'insert'])

function headFact(head: Cursor, found: boolean): SqlVerb | null {
  const first = head.tokens[0]
  const keyword = first?.text === '\\' ? head.word(1) : (first?.text ?? '')
  if (found && SPEAKS_BY_VERB.has(keyword)) return null
  const verb = first?.kind === 'name' ? null : HEADS[keyword]?.(head)
  return verb ?? (found ? null : 'unknown')
}

function statementFacts(source: Reading, tokens: readonly SqlToken[], temps: ReadonlySet<string>): SqlFact[] {
  const first = tokens[0]
  const last = tokens.at(-1)
  if (!first || !last) return []
  const text = source.sql.slice(first.at, last.at + last.text.length + 2)
  const head = cursorAt(tokens, 0, temps)
  if (onlyExplains(head)) return [{ verb: 'select', text }]
  const facts = [
    ...dynamicFacts(source, head, text),
    ...bodyFacts(source, head, text),
    ...placeFacts(source, tokens, temps),
  ]
  if (first.kind === 'op' && first.text === '\\' && tokens[1]?.text === '!') facts.push({ verb: 'shell_escape', text })
  const verb = headFact(head, facts.length > 0)
  return verb ? [...facts, { verb, text }] : facts
}

/** Every verb found outside literals and comments, in one reading of the text. Never throws; bounded. */
export function readSql(source: Reading): SqlFact[] {
  const { tokens, whole } = lexSql(source.sql, source.reading)
  const temps = temporaries(tokens)
  const facts: SqlFact[] = whole ? [] : [{ verb: 'dynamic', text: 'The text is too long to be read.' }]
  for (const statement of splitStatements(tokens)) {
    if (facts.length > MAX_FACTS) break
    facts.push(...statementFacts(source, statement, temps))
  }
  return facts
}
