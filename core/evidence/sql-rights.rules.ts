import type { Cursor, Reader } from './sql-cursor.rules.ts'
import { DATABASES, nameAt, OBJECTS, ROLES } from './sql-cursor.rules.ts'
import type { SqlVerb } from './sql-verbs.rules.ts'

const UNTRUSTED = new Set(
  'plpythonu plpython3u plpython2u plperlu pltclu plsh c internal java javau plv8u plrustu file_fdw adminpack'.split(
    ' ',
  ),
)
const STRONG_ROLE =
  /^(?:pg_(?:execute_server_program|read_server_files|write_server_files|read_all_data|write_all_data|database_owner|signal_backend)|rds_superuser|sysadmin|accountadmin|db_owner|postgres|azure_pg_admin|cloudsqlsuperuser)$/i

function alterTable(cursor: Cursor): SqlVerb {
  if (cursor.has('disable', 'trigger') || cursor.has('disable', 'row') || cursor.has('no', 'force')) return 'checks_off'
  if (cursor.has('nocheck')) return 'checks_off'
  if (cursor.has('rename')) return 'rename'
  const loses =
    cursor.has('truncate', 'partition') || cursor.has('discard', 'tablespace') || cursor.has('detach', 'partition')
  return loses ? 'drop_column' : 'alter'
}

function alterRole(cursor: Cursor): SqlVerb {
  if (cursor.any('superuser bypassrls createrole createdb replication') || cursor.has('add', 'member'))
    return 'superuser'
  return cursor.any('password identified disable nologin') ? 'password' : 'grant'
}

export const alter: Reader = (cursor) => {
  const kind = cursor.word(1)
  const adds = kind === 'server' && cursor.has('add', 'member')
  if (kind === 'system' || kind === 'server') return adds ? 'superuser' : 'server_setting'
  if (/^(?:role|user|login|group)$/.test(kind)) return alterRole(cursor)
  if (kind === 'database') return cursor.any('single_user offline owner immediate') ? 'checks_off' : 'alter'
  if (kind === 'table') return alterTable(cursor)
  if (kind === 'default' && cursor.has('grant')) return cursor.any('public all') ? 'grant_wide' : 'grant'
  const known = OBJECTS.has(kind) || DATABASES.has(kind) || ROLES.has(kind) || kind === 'session'
  return known ? 'alter' : null
}

/** Languages and libraries that can do on the server whatever its account can. */
function isUntrusted(cursor: Cursor): boolean {
  if (cursor.word(1) === 'assembly' || (/^(?:function|aggregate)$/.test(cursor.word(1)) && cursor.has('soname')))
    return true
  const introduces = (at: number): boolean =>
    /^(?:language|extension|exists|wrapper)$/.test(cursor.tokens[at - 1]?.text ?? '')
  return cursor.tokens.some(({ text }, at) => UNTRUSTED.has(text.toLowerCase()) && introduces(at))
}

export const create: Reader = (cursor) => {
  const [first, second, third] = [cursor.word(1), cursor.word(2), cursor.word(3)]
  if (first === '') return null
  if (first === 'or' && second === 'replace' && /^(?:table|database|schema|transient)$/.test(third))
    return 'replace_table'
  if (isUntrusted(cursor)) return 'untrusted_code'
  if (cursor.has('event', 'trigger')) return 'checks_off'
  if (/^(?:user|role|login)$/.test(first))
    return cursor.any('superuser createrole bypassrls replication') ? 'superuser' : 'create_role'
  if (first === 'extension') return 'extension'
  if (/^(?:subscription|server|foreign|publication|connection|stage)$/.test(first)) return 'outside'
  const temporary =
    /^(?:temp|temporary|local|global)$/.test(first) || (first === 'table' && nameAt(cursor, 2).startsWith('#'))
  return temporary ? 'temp' : 'create'
}

export const grant: Reader = (cursor) => {
  if (!cursor.has('to') && cursor.tokens[0]?.text !== 'grant') return null
  if (cursor.tokens.some(({ text }) => STRONG_ROLE.test(text))) return 'superuser'
  const onward = cursor.has('with', 'grant') || cursor.has('with', 'admin')
  return onward || cursor.any('all public super file control dba') ? 'grant_wide' : 'grant'
}
