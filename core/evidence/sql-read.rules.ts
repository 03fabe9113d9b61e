import type { SqlToken } from './sql-lex.rules.ts'
import type { SqlVerb } from './sql-verbs.rules.ts'
import { touchesAll } from './sql-where.rules.ts'

/** One statement under the reader's finger. `word(n)` is the lower-cased word `n` tokens on, '' for anything else. */
export interface Cursor {
  readonly tokens: readonly SqlToken[]
  readonly at: number
  readonly word: (ahead: number) => string
  readonly has: (...words: string[]) => boolean
  /** Tables created as temporary earlier in the same text. */
  readonly temps: ReadonlySet<string>
}

export type Reader = (cursor: Cursor) => SqlVerb | null

const NOT_A_VERB_AFTER = new Set(['on', 'for', 'before', 'after', 'or', 'of', 'grant', 'revoke', 'key', 'as', 'instead', ',', '.', 'select', 'order', 'by', 'no', 'for'])
const DATABASES = new Set(['database', 'schema', 'owned', 'keyspace', 'catalog', 'tablespace', 'warehouse', 'dataset', 'pluggable', 'cluster'])
const ROLES = new Set(['user', 'role', 'login', 'policy', 'group', 'masking', 'security', 'subscription', 'publication', 'server', 'audit', 'credential', 'certificate'])
const OBJECTS = new Set(
  'view materialized index function procedure trigger type sequence domain extension aggregate operator rule cast collation constraint synonym package event foreign conversion language statistics text transform access routine assembly stage pipe task share file stream external queue service contract default column table temporary temp partition columns dictionary model resource workload'.split(' '),
)

function previous(cursor: Cursor): string {
  return cursor.tokens[cursor.at - 1]?.text ?? ''
}

/** The name that starts at `at`, dotted parts joined, in lower case. */
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

function isTemp(cursor: Cursor, name: string): boolean {
  return name.startsWith('#') || name.startsWith('pg_temp') || name.startsWith('temp.') || name.startsWith('tempdb..') || cursor.temps.has(name)
}

function skipWords(cursor: Cursor, ahead: number, words: readonly string[]): number {
  let at = ahead
  while (words.includes(cursor.word(at))) at += 1
  return at
}

const drop: Reader = (cursor) => {
  const kind = cursor.word(1)
  if (previous(cursor) === '.' || previous(cursor) === 'as') return null
  if (DATABASES.has(kind)) return 'drop_database'
  if (kind === 'table' || kind === 'temporary' || (kind === 'foreign' && cursor.word(2) === 'table')) {
    const at = skipWords(cursor, 1, ['table', 'temporary', 'foreign', 'if', 'exists'])
    if (cursor.at + at >= cursor.tokens.length) return null
    return kind === 'temporary' || isTemp(cursor, nameAt(cursor, at)) ? 'temp' : 'drop_table'
  }
  if (ROLES.has(kind)) return 'drop_role'
  if (kind === 'column' || kind === 'partition' || kind === 'columns' || kind === 'replica') return 'drop_column'
  if (['constraint', 'index', 'primary', 'foreign', 'default', 'not', 'identity', 'expression', 'key', 'check'].includes(kind) || OBJECTS.has(kind)) {
    return cursor.has('cascade') ? 'drop_cascade' : 'drop_object'
  }
  const altering = cursor.tokens[0]?.text === 'alter' && cursor.has('table')
  return altering && (kind !== '' || cursor.tokens[cursor.at + 1]?.kind === 'name' || cursor.tokens[cursor.at + 1]?.text === '(') ? 'drop_column' : null
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
  if (['set', 'of', 'nowait', 'skip', 'or', 'on', 'statistics', 'cascade', 'to'].includes(next.text)) return next.text === 'statistics' ? 'upkeep' : null
  const level = cursor.tokens[cursor.at]?.depth
  const sets = cursor.tokens.findIndex((token, at) => at > cursor.at && token.text === 'set' && token.kind === 'word' && token.depth === level)
  if (sets < 0) return null
  const at = skipWords(cursor, 1, ['low_priority', 'ignore', 'only'])
  if (isTemp(cursor, nameAt(cursor, at))) return 'temp'
  return touchesAll(cursor.tokens, sets) && !cursor.tokens.slice(cursor.at, cursor.at + 3).some(({ text }) => text === 'top') ? 'update_all' : 'update'
}

const alterTable: Reader = (cursor) => {
  if (cursor.has('disable', 'trigger') || cursor.has('disable', 'row') || cursor.has('no', 'force') || cursor.has('nocheck')) return 'checks_off'
  if (cursor.has('rename')) return 'rename'
  if (cursor.has('truncate', 'partition') || cursor.has('discard', 'tablespace') || cursor.has('detach', 'partition')) return 'drop_column'
  return 'alter'
}

const alter: Reader = (cursor) => {
  const kind = cursor.word(1)
  if (kind === 'system' || kind === 'server') return 'server_setting'
  if (kind === 'role' || kind === 'user' || kind === 'login' || kind === 'group') {
    if (cursor.has('superuser') || cursor.has('bypassrls') || cursor.has('createrole') || cursor.has('createdb') || cursor.has('replication') || cursor.has('add', 'member')) return 'superuser'
    return cursor.has('password') || cursor.has('identified') || cursor.has('disable') || cursor.has('nologin') ? 'password' : 'grant'
  }
  if (kind === 'database') return cursor.has('single_user') || cursor.has('offline') || cursor.has('owner') || cursor.has('immediate') ? 'checks_off' : 'alter'
  if (kind === 'table') return alterTable(cursor)
  if (kind === 'default' && cursor.has('grant')) return cursor.has('public') || cursor.has('all') ? 'grant_wide' : 'grant'
  return OBJECTS.has(kind) || DATABASES.has(kind) || ROLES.has(kind) || kind === 'session' || kind === 'event' ? 'alter' : null
}

const UNTRUSTED = new Set(['plpythonu', 'plpython3u', 'plpython2u', 'plperlu', 'pltclu', 'plsh', 'c', 'internal', 'java', 'javau', 'plv8u', 'file_fdw', 'adminpack', 'plrustu'])

const create: Reader = (cursor) => {
  const [first, second, third] = [cursor.word(1), cursor.word(2), cursor.word(3)]
  if (first === 'or' && second === 'replace' && ['table', 'database', 'schema', 'transient'].includes(third)) return 'replace_table'
  const untrusted = cursor.tokens.some(({ text }, at) => UNTRUSTED.has(text.toLowerCase()) && ['language', 'extension', 'exists', 'wrapper'].includes(cursor.tokens[at - 1]?.text ?? ''))
  if (untrusted || first === 'assembly' || (first === 'function' && cursor.has('soname')) || (first === 'aggregate' && cursor.has('soname'))) return 'untrusted_code'
  if (cursor.has('event', 'trigger')) return 'checks_off'
  if (first === 'user' || first === 'role' || first === 'login') {
    return cursor.has('superuser') || cursor.has('createrole') || cursor.has('bypassrls') || cursor.has('replication') ? 'superuser' : 'create_role'
  }
  if (first === 'extension') return 'extension'
  if (['subscription', 'server', 'foreign', 'publication', 'connection', 'stage'].includes(first)) return 'outside'
  if (['temp', 'temporary', 'local', 'global'].includes(first) || (first === 'table' && nameAt(cursor, 2).startsWith('#'))) return 'temp'
  return first === '' ? null : 'create'
}

const grant: Reader = (cursor) => {
  const wide = cursor.has('all') || cursor.has('public') || cursor.has('with', 'grant') || cursor.has('with', 'admin') || cursor.has('super') || cursor.has('file') || cursor.has('control') || cursor.has('dba')
  const strong = cursor.tokens.some(({ text }) => /^(?:pg_(?:execute_server_program|read_server_files|write_server_files|read_all_data|write_all_data|database_owner|signal_backend)|rds_superuser|sysadmin|accountadmin|db_owner|postgres|azure_pg_admin|cloudsqlsuperuser)$/i.test(text))
  if (!cursor.has('to') && cursor.tokens[0]?.text !== 'grant') return null
  return strong ? 'superuser' : wide ? 'grant_wide' : 'grant'
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
  replace: ((cursor) => (cursor.word(1) === 'into' || (cursor.at === 0 && cursor.word(1) !== '') ? 'replace' : null)) satisfies Reader,
  revoke: ((cursor) => (cursor.has('from') && !NOT_A_VERB_AFTER.has(previous(cursor)) ? 'revoke' : null)) satisfies Reader,
  into: ((cursor) => (['outfile', 'dumpfile'].includes(cursor.word(1)) ? 'file_access' : null)) satisfies Reader,
  xp_cmdshell: () => 'program',
})
