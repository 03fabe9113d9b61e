import type { SqlToken } from './sql-lex.rules.ts'
import type { SqlVerb } from './sql-verbs.rules.ts'

/** One statement under the reader's finger. */
export interface Cursor {
  readonly tokens: readonly SqlToken[]
  readonly at: number
  /** The lower-cased word so many tokens on; '' for anything that is not a word. */
  readonly word: (ahead: number) => string
  /** Whether the words stand side by side anywhere in the statement. */
  readonly has: (...words: string[]) => boolean
  /** Whether one of the words stands anywhere in the statement. */
  readonly any: (words: string) => boolean
  /** Tables created as temporary earlier in the same text. */
  readonly temps: ReadonlySet<string>
}

export type Reader = (cursor: Cursor) => SqlVerb | null

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/))
}

export const NOT_A_VERB_AFTER = wordSet('on for before after or of grant revoke key as instead , . select order by no')
export const DATABASES = wordSet(
  'database schema owned keyspace catalog tablespace warehouse dataset pluggable cluster',
)
export const ROLES = wordSet(
  `user role login policy group masking security subscription publication server audit credential certificate`,
)
export const OBJECTS = wordSet(
  `view materialized index function procedure trigger type sequence domain extension aggregate operator rule cast collation
  constraint synonym package event foreign conversion language statistics text transform access routine assembly stage
  pipe task share file stream external queue service contract default column table temporary temp partition columns
  dictionary model resource workload primary not identity expression key check`,
)

export function cursorAt(tokens: readonly SqlToken[], at: number, temps: ReadonlySet<string>): Cursor {
  const isWord = (index: number, text: string): boolean =>
    tokens[index]?.kind === 'word' && tokens[index]?.text === text
  return {
    tokens,
    at,
    temps,
    word: (ahead) => {
      const token = tokens[at + ahead]
      return token?.kind === 'word' ? token.text : ''
    },
    has: (...words) => tokens.some((_, start) => words.every((wanted, ahead) => isWord(start + ahead, wanted))),
    any: (words) => words.split(' ').some((wanted) => tokens.some((_, index) => isWord(index, wanted))),
  }
}

export function previous(cursor: Cursor): string {
  return cursor.tokens[cursor.at - 1]?.text ?? ''
}

/** The name so many tokens on, dotted parts joined, in lower case; '' when there is none. */
export function nameAt(cursor: Cursor, ahead: number): string {
  let name = ''
  for (let at = cursor.at + ahead; at < cursor.tokens.length; at += 1) {
    const token = cursor.tokens[at]
    if (!token || (token.kind !== 'word' && token.kind !== 'name' && token.text !== '.')) break
    if (name !== '' && !name.endsWith('.') && token.text !== '.') break
    name += token.text.toLowerCase()
  }
  return name
}

export function isTemp(cursor: Cursor, name: string): boolean {
  return /^(?:#|pg_temp|temp\.|tempdb\.\.)/.test(name) || cursor.temps.has(name)
}

/** How many tokens on the first word is that is not one of these. */
export function skipWords(cursor: Cursor, ahead: number, words: readonly string[]): number {
  let at = ahead
  while (words.includes(cursor.word(at))) at += 1
  return at
}
