export interface SqlToken {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'op' | 'end'
  /** Words in lower case; names and strings without their quotes; operators as one character. */
  readonly text: string
  /** Parentheses open around the token. */
  readonly depth: number
  readonly at: number
}

/** How servers differ in what they take as data: the same text is read both ways, and the worse reading stands. */
export type SqlReading = 'standard' | 'mysql'

const MAX_TOKENS = 20_000
const WORD = /[\p{L}_@#$\u0080-\uffff][\p{L}\p{N}_@#$]*/uy
const NUMBER = /0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy
const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy

interface Lexer {
  readonly sql: string
  readonly reading: SqlReading
  readonly out: SqlToken[]
  at: number
  depth: number
}

function push(lexer: Lexer, kind: SqlToken['kind'], text: string, at: number): void {
  lexer.out.push({ kind, text, depth: lexer.depth, at })
}

function match(pattern: RegExp, lexer: Lexer): string | null {
  pattern.lastIndex = lexer.at
  return pattern.exec(lexer.sql)?.[0] ?? null
}

function lineEnd(lexer: Lexer): number {
  const end = lexer.sql.indexOf('\n', lexer.at)
  return end < 0 ? lexer.sql.length : end
}

/** MySQL runs the text inside a comment that opens with an exclamation mark; optimizer hints stay comments. */
function blockComment(lexer: Lexer): void {
  const { sql } = lexer
  const executed = /\/\*M?!\d*/y
  executed.lastIndex = lexer.at
  const opening = executed.exec(sql)
  if (opening) {
    lexer.at += opening[0].length
    return
  }
  let nesting = 1
  lexer.at += 2
  while (nesting > 0 && lexer.at < sql.length) {
    if (sql.startsWith('*/', lexer.at)) nesting -= 1
    else if (lexer.reading === 'standard' && sql.startsWith('/*', lexer.at)) nesting += 1
    else {
      lexer.at += 1
      continue
    }
    lexer.at += 2
  }
}

function skipBlank(lexer: Lexer): boolean {
  const { sql, reading } = lexer
  const char = sql[lexer.at] ?? ''
  if (/\s|\0|\u200b|\ufeff/.test(char)) lexer.at += 1
  else if (sql.startsWith('--', lexer.at) && (reading === 'standard' || !/\S/.test(sql[lexer.at + 2] ?? ' ')))
    lexer.at = lineEnd(lexer)
  else if (reading === 'mysql' && char === '#') lexer.at = lineEnd(lexer)
  else if (sql.startsWith('/*', lexer.at)) blockComment(lexer)
  else if (sql.startsWith('*/', lexer.at)) lexer.at += 2
  else return false
  return true
}

/** Reads to the closing quote; a doubled quote is one quote, a backslash escapes where the reading says so. */
function quoted(lexer: Lexer, close: string, backslash: boolean): string {
  const { sql } = lexer
  let text = ''
  lexer.at += 1
  while (lexer.at < sql.length) {
    const char = sql[lexer.at] ?? ''
    if (backslash && char === '\\') {
      text += sql[lexer.at + 1] ?? ''
      lexer.at += 2
    } else if (char !== close) {
      text += char
      lexer.at += 1
    } else if (sql[lexer.at + 1] === close) {
      text += close
      lexer.at += 2
    } else break
  }
  lexer.at += 1
  return text
}

function readQuoted(lexer: Lexer, char: string): boolean {
  const start = lexer.at
  const before = lexer.out.at(-1)
  const mysql = lexer.reading === 'mysql'
  if (char === "'") {
    const escapes = before?.kind === 'word' && before.text === 'e' && lexer.sql[start - 1]?.toLowerCase() === 'e'
    push(lexer, 'string', quoted(lexer, "'", mysql || escapes), start)
  } else if (char === '"') push(lexer, mysql ? 'string' : 'name', quoted(lexer, '"', mysql), start)
  else if (char === '`') push(lexer, 'name', quoted(lexer, '`', false), start)
  else if (
    char === '[' &&
    before?.kind !== 'word' &&
    before?.kind !== 'name' &&
    before?.text !== ']' &&
    before?.text !== ')'
  ) {
    push(lexer, 'name', quoted(lexer, ']', false), start)
  } else return false
  return true
}

function readDollar(lexer: Lexer): boolean {
  const tag = match(DOLLAR, lexer)
  if (tag === null) return false
  const start = lexer.at
  const close = lexer.sql.indexOf(tag, start + tag.length)
  const end = close < 0 ? lexer.sql.length : close
  push(lexer, 'string', lexer.sql.slice(start + tag.length, end), start)
  lexer.at = end + tag.length
  return true
}

function step(lexer: Lexer): void {
  if (skipBlank(lexer)) return
  const start = lexer.at
  const char = lexer.sql[start] ?? ''
  if (readQuoted(lexer, char) || (char === '$' && readDollar(lexer))) return
  const word = match(WORD, lexer)
  const text = word ?? match(NUMBER, lexer) ?? char
  if (word === null && char === ')') lexer.depth = Math.max(0, lexer.depth - 1)
  const kind = word !== null ? 'word' : /^\d/.test(text) ? 'number' : char === ';' ? 'end' : 'op'
  if (char === ';') lexer.depth = 0
  push(lexer, kind, text.toLowerCase(), start)
  if (char === '(') lexer.depth += 1
  lexer.at = start + text.length
}

/** Literals, comments and identifiers apart from words, for every dialect we met. Never throws; bounded. */
export function lexSql(sql: string, reading: SqlReading): { tokens: readonly SqlToken[]; whole: boolean } {
  const lexer: Lexer = { sql, reading, out: [], at: 0, depth: 0 }
  while (lexer.at < sql.length && lexer.out.length < MAX_TOKENS) step(lexer)
  return { tokens: lexer.out, whole: lexer.at >= sql.length }
}

/** Whether the two readings can differ at all. */
export function isAmbiguous(sql: string): boolean {
  return /\\|#|"|--\S|\/\*[\s\S]*\/\*/.test(sql)
}

/** Statements as token runs: split at `;` and at a `go` that stands alone, as T-SQL tools do. */
export function splitStatements(tokens: readonly SqlToken[]): SqlToken[][] {
  const statements: SqlToken[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'end' || (token.kind === 'word' && token.text === 'go' && token.depth === 0)) statements.push([])
    else statements.at(-1)?.push(token)
  }
  return statements.filter((statement) => statement.length > 0)
}
