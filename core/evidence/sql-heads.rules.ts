import type { Cursor, Reader } from './sql-cursor.rules.ts'
import type { SqlVerb } from './sql-verbs.rules.ts'

const all = (verb: SqlVerb, words: string): [string, Reader][] => words.split(' ').map((word) => [word, () => verb])

function textOf(cursor: Cursor): string {
  return cursor.tokens.map(({ text }) => text.toLowerCase()).join(' ')
}

const copy: Reader = (cursor) => {
  if (cursor.has('program')) return 'program'
  if (cursor.word(1) === 'into') return 'file_export'
  if (cursor.has('stdin') || cursor.has('stdout')) return cursor.has('from') ? 'insert' : 'select'
  const local = cursor.tokens[0]?.text === '\\'
  return local ? (cursor.has('from') ? 'file_import' : 'file_export') : 'file_access'
}

const setting: Reader = (cursor) => {
  const text = textOf(cursor)
  if (/session_replication_role\W+(?:to\W+)?replica\b|row_security\W+(?:to\W+)?off/.test(text)) return 'checks_off'
  if (/\bpassword\b/.test(text)) return 'password'
  if (
    /\b(?:general_log(?:_file)?|secure_file_priv|local_infile|super_read_only|log_bin|sql_log_bin|audit\w*)\b/.test(
      text,
    )
  )
    return 'server_setting'
  if (/\bglobal\b|\bpersist\b|@ @ global/.test(text)) return 'setting'
  if (
    /(?:foreign_key_checks|unique_checks|sql_safe_updates)\W+(?:0|off)|\bfsync\W+off|default_transaction_read_only\W+(?:to\W+)?off/.test(
      text,
    )
  )
    return 'setting'
  return /^set (?:session authorization|role) (?!none|default)/.test(text) ? 'grant' : 'session'
}

const pragma: Reader = (cursor) => {
  const text = textOf(cursor)
  if (
    /writable_schema\W+(?:=\W*)?(?:1|on|true|yes)|(?:trusted_schema|cell_size_check)\W+(?:=\W*)?(?:on|1)|\b(?:re)?key\b\W/.test(
      text,
    )
  )
    return 'checks_off'
  if (
    /(?:foreign_keys|defer_foreign_keys|ignore_check_constraints|synchronous|secure_delete)\W+(?:=\W*)?(?:0|off|false|no|1)\b/.test(
      text,
    )
  )
    return /foreign_keys\W+=?\W*(?:1)/.test(text) ? 'session' : 'setting'
  return /journal_mode\W+=?\W*off/.test(text) ? 'setting' : 'session'
}

const reset: Reader = (cursor) =>
  ['master', 'slave', 'replica', 'binary', 'persist'].includes(cursor.word(1)) ? 'history' : 'session'
const purge: Reader = (cursor) =>
  ['binary', 'master', 'recyclebin', 'dba_recyclebin', 'table'].includes(cursor.word(1)) ? 'history' : 'delete'
const system: Reader = (cursor) =>
  /^system (?:shutdown|kill)/.test(textOf(cursor))
    ? 'shutdown'
    : /^system drop (?:replica|database)/.test(textOf(cursor))
      ? 'history'
      : 'setting'
const load: Reader = (cursor) =>
  cursor.word(1) === 'data' || cursor.word(1) === 'xml' || cursor.word(1) === 'csv' ? 'file_import' : 'untrusted_code'
const imports: Reader = (cursor) => (cursor.word(1) === 'foreign' ? 'outside' : 'file_import')
const install: Reader = (cursor) =>
  cursor.word(1) === 'plugin' || cursor.word(1) === 'component' ? 'untrusted_code' : 'extension'
const uninstall: Reader = () => 'checks_off'
const stop: Reader = (cursor) =>
  ['replica', 'slave', 'group_replication'].includes(cursor.word(1)) ? 'history' : 'setting'
const disable: Reader = (cursor) =>
  cursor.word(1) === 'trigger' || cursor.word(1) === 'audit' ? 'checks_off' : 'setting'
const waitfor: Reader = () => 'stall'
const flush: Reader = (cursor) =>
  cursor.word(1) === ''
    ? 'truncate'
    : cursor.word(1) === 'privileges' || cursor.word(1) === 'tables'
      ? 'upkeep'
      : 'setting'
const undo: Reader = (cursor) => (cursor.word(1) === 'prepared' ? 'lock' : 'session')

/** What the first word of a statement says when nothing in it was found to act. */
export const HEADS: Readonly<Record<string, Reader>> = Object.assign(
  Object.create(null) as Record<string, Reader>,
  Object.fromEntries([
    ...all(
      'select',
      'select with values table show describe desc explain fetch help from match return unwind summarize query ( list get count',
    ),
    ...all(
      'session',
      'begin start commit savepoint release end close open declare print use if else while return listen notify unlisten discard deallocate abort delimiter raise move into then when loop exception do for case perform go unset ; null continue leave iterate exit signal timing',
    ),
    ...all(
      'upkeep',
      'analyze vacuum reindex cluster refresh checkpoint optimize check repair comment cache msck statistics undrop handler',
    ),
    ...all('file_export', 'export unload backup'),
    ...all('restore', 'restore'),
    ...all('shutdown', 'shutdown'),
    ...all('lock', 'lock kill'),
    ...all('attach', 'attach detach'),
    ...all('call', 'call exec execute prepare'),
    ...all('file_import', 'bulk'),
    ...all('rename', 'rename'),
    ...all('owner', 'reassign'),
    ...all('checks_off', 'security'),
    ...all('setting', 'dbcc reconfigure change'),
    ...all('insert', 'insert upsert'),
    ...all('truncate', 'flushall flushdb'),
    ...all('drop_object', 'drop'),
    ...all('alter', 'alter'),
    ...all('create', 'create'),
  ] as const),
  {
    copy,
    set: setting,
    pragma,
    reset,
    purge,
    system,
    load,
    import: imports,
    install,
    uninstall,
    stop,
    disable,
    waitfor,
    flush,
    rollback: undo,
  } satisfies Record<string, Reader>,
)
