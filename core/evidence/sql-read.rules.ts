import type { Cursor, Reader } from './sql-cursor.rules.ts'
import { DATABASES, isTemp, nameAt, NOT_A_VERB_AFTER, OBJECTS, previous, ROLES, skipWords } from './sql-cursor.rules.ts'
import { alter, create, grant } from './sql-rights.rules.ts'
import type { SqlVerb } from './sql-verbs.rules.ts'
import { touchesAll } from './sql-where.rules.ts'

/** `alter table t drop c`: in an alter, a bare drop is of a column. */
function dropsColumn(cursor: Cursor): boolean {
  const next = cursor.tokens[cursor.at + 1]
  const named = next !== undefined && (next.kind === 'word' || next.kind === 'name' || next.text === '(')
  return cursor.tokens[0]?.text === 'alter' && cursor.has('table') && named
}

/** Every name of a list must be a temporary table's for the drop to be harmless. */
function dropTable(cursor: Cursor): SqlVerb | null {
  const at = skipWords(cursor, 1, ['table', 'temporary', 'foreign', 'if', 'exists'])
  if (cursor.at + at >= cursor.tokens.length) return null
  if (cursor.word(1) === 'temporary') return 'temp'
  // What follows the name was hidden in a comment of this reading: no server would take it.
  if (/^(?:select|insert|update|delete|create|with|begin|set)$/.test(cursor.word(at))) return null
  const starts = cursor.tokens.flatMap((token, index) =>
    token.text === ',' && index > cursor.at ? [index + 1 - cursor.at] : [],
  )
  return [at, ...starts].every((start) => isTemp(cursor, nameAt(cursor, start))) ? 'temp' : 'drop_table'
}

const drop: Reader = (cursor) => {
  const kind = cursor.word(1)
  const alias = previous(cursor) === 'as' && !/^(?:table|database|schema)$/.test(kind)
  if (alias || previous(cursor) === '.') return null
  if (DATABASES.has(kind)) return 'drop_database'
  if (kind === 'table' || kind === 'temporary' || (kind === 'foreign' && cursor.word(2) === 'table'))
    return dropTable(cursor)
  if (ROLES.has(kind)) return 'drop_role'
  if (/^(?:columns?|partition|replica)$/.test(kind)) return 'drop_column'
  if (OBJECTS.has(kind)) return cursor.has('cascade') ? 'drop_cascade' : 'drop_object'
  return dropsColumn(cursor) ? 'drop_column' : null
}

const truncate: Reader = (cursor) => {
  const next = cursor.tokens[cursor.at + 1]
  if (!next || next.text === '(' || NOT_A_VERB_AFTER.has(previous(cursor)) || next.text === ',') return null
  const at = skipWords(cursor, 1, ['table', 'only', 'if', 'exists'])
  if (cursor.word(1) !== 'table' && next.kind !== 'name' && next.kind !== 'word') return null
  return isTemp(cursor, nameAt(cursor, at)) ? 'temp' : 'truncate'
}

const remove: Reader = (cursor) => {
  const before = previous(cursor)
  const next = cursor.tokens[cursor.at + 1]
  if (before === 'detach') return touchesAll(cursor.tokens, 0) ? 'delete_all' : 'delete'
  if (before === 'then' && cursor.tokens[0]?.text !== 'if' && cursor.has('merge')) return null
  if (NOT_A_VERB_AFTER.has(before) || !next || (next.kind !== 'word' && next.kind !== 'name')) return null
  if (next.text === 'where' && !cursor.has('table')) return null
  if (['cascade', 'restrict', 'set', 'or', 'on', 'to', 'as'].includes(next.text)) return null
  const at = skipWords(cursor, 1, ['low_priority', 'quick', 'ignore', 'from', 'only'])
  const name = nameAt(cursor, at)
  if (isTemp(cursor, name)) return 'temp'
  return touchesAll(cursor.tokens, cursor.at) ? 'delete_all' : 'delete'
}

const update: Reader = (cursor) => {
  const next = cursor.tokens[cursor.at + 1]
  if (NOT_A_VERB_AFTER.has(previous(cursor)) || !next || (next.kind !== 'word' && next.kind !== 'name')) return null
  if (['set', 'of', 'nowait', 'skip', 'or', 'on', 'statistics', 'cascade', 'to'].includes(next.text))
    return next.text === 'statistics' ? 'upkeep' : null
  const level = cursor.tokens[cursor.at]?.depth
  const sets = cursor.tokens.findIndex(
    (token, at) => at > cursor.at && token.text === 'set' && token.kind === 'word' && token.depth === level,
  )
  if (sets < 0) return null
  const at = skipWords(cursor, 1, ['low_priority', 'ignore', 'only'])
  if (isTemp(cursor, nameAt(cursor, at))) return 'temp'
  return touchesAll(cursor.tokens, sets) &&
    !cursor.tokens.slice(cursor.at, cursor.at + 3).some(({ text }) => text === 'top')
    ? 'update_all'
    : 'update'
}

const merge: Reader = (cursor) => {
  if (cursor.word(1) === 'tree' || (cursor.word(1) !== 'into' && !cursor.has('using'))) return null
  const words = cursor.tokens.map(({ text }) => text).join(' ')
  return /matched (?:by source )?then delete/.test(words) ? 'delete_all' : 'merge'
}

/** Verbs that count wherever they stand, because T-SQL needs no separator and CTEs and blocks nest them. */
export const ANYWHERE: Readonly<Record<string, Reader>> = Object.assign(Object.create(null) as Record<string, Reader>, {
  drop,
  truncate,
  delete: remove,
  update,
  alter,
  create,
  grant,
  merge,
  insert: ((cursor) => (cursor.word(1) === 'into' || cursor.at === 0 ? 'insert' : null)) satisfies Reader,
  replace: ((cursor) =>
    cursor.word(1) === 'into' || (cursor.at === 0 && cursor.word(1) !== '') ? 'replace' : null) satisfies Reader,
  revoke: ((cursor) =>
    cursor.has('from') && !NOT_A_VERB_AFTER.has(previous(cursor)) ? 'revoke' : null) satisfies Reader,
  into: ((cursor) => (['outfile', 'dumpfile'].includes(cursor.word(1)) ? 'file_access' : null)) satisfies Reader,
  xp_cmdshell: () => 'program',
})
