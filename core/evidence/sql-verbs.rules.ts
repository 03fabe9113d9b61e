import type { Danger } from './schema.ts'

/** [danger, base risk and derived type of the contract's table, message] */
type Verb = readonly [danger: Danger, base: number, actionType: string, message: string]

const ddl = (danger: Danger, message: string): Verb => [danger, 75, 'migrate', message]
const rights = (danger: Danger, message: string): Verb => [danger, 75, 'security', message]

/** Everything a statement can be found to do. The key is the finding's code after `sql.`. */
export const VERBS = {
  select: ['none', 10, 'review', 'Reads.'],
  session: ['none', 10, 'review', 'Changes nothing that lasts.'],
  upkeep: ['low', 35, 'apply', 'Maintains storage or statistics.'],
  insert: ['low', 35, 'apply', 'Adds rows.'],
  update: ['low', 45, 'apply', 'Changes the rows of a condition.'],
  unknown: ['low', 35, 'apply', 'The statement is of a kind we do not know.'],
  temp: ['low', 35, 'apply', 'Touches a temporary table only.'],
  create: ['low', 75, 'migrate', 'Creates a database object.'],
  call: ['low', 35, 'apply', 'Calls a stored procedure.'],
  replace: ['elevated', 45, 'apply', 'Replaces rows that have the same key.'],
  delete: ['elevated', 60, 'security', 'Deletes the rows of a condition.'],
  merge: ['elevated', 60, 'apply', 'Inserts, changes or deletes rows by comparison.'],
  alter: ddl('elevated', 'Changes the shape of a database object.'),
  drop_object: ddl('elevated', 'Drops a database object that holds no rows.'),
  rename: ddl('elevated', 'Renames what other programs use.'),
  grant: rights('elevated', 'Gives rights.'),
  revoke: rights('elevated', 'Takes rights away.'),
  create_role: rights('elevated', 'Creates a role or a login.'),
  extension: ddl('elevated', 'Installs an extension.'),
  setting: ['elevated', 45, 'config', 'Changes a setting of the server or switches a check off.'],
  attach: ['elevated', 45, 'apply', 'Opens another database file.'],
  file_import: ['elevated', 45, 'apply', 'Loads a file into the database.'],
  file_export: ['elevated', 45, 'apply', 'Copies rows out to a file or a bucket.'],
  outside: ['elevated', 45, 'apply', 'Reaches another server from inside the database.'],
  dynamic: ['elevated', 45, 'apply', 'Runs text that is put together at run time and cannot be read here.'],
  stall: ['elevated', 45, 'other', 'Makes the server wait or work for nothing.'],
  lock: ['elevated', 45, 'other', 'Locks a table, or ends another session.'],
  defined: ['elevated', 75, 'migrate', 'Defines a routine that would destroy data when called.'],
  delete_all: ['high', 80, 'security', 'Deletes every row: there is no condition, or one that is always true.'],
  update_all: ['high', 80, 'security', 'Changes every row: there is no condition, or one that is always true.'],
  truncate: ['high', 80, 'security', 'Empties a table.'],
  drop_table: ['high', 80, 'security', 'Drops a table with its rows.'],
  drop_column: ['high', 80, 'security', 'Drops a column or a partition with its data.'],
  drop_cascade: ['high', 80, 'security', 'Drops whatever depends on the object as well.'],
  replace_table: ['high', 80, 'security', 'Replaces an existing table or database.'],
  drop_role: rights('high', 'Drops a role, a login or a protection.'),
  grant_wide: rights('high', 'Gives wide rights, rights to everyone, or the right to give rights.'),
  superuser: rights('high', 'Gives powers over the whole server.'),
  password: rights('high', 'Sets how somebody logs in.'),
  checks_off: rights('high', 'Switches off triggers, row security or recovery.'),
  owner: rights('high', 'Moves everything a role owns.'),
  server_setting: rights('high', 'Changes the server’s own configuration.'),
  untrusted_code: rights('high', 'Brings code into the server that can do anything.'),
  file_access: rights('high', 'Reads or writes files of the database server.'),
  secrets: rights('high', 'Reads or changes password hashes or the system catalogue.'),
  history: rights('high', 'Removes logs, replicas or backups that recovery needs.'),
  restore: ['high', 80, 'security', 'Overwrites a database from a backup.'],
  shell_escape: rights('high', 'Leaves SQL and runs a program.'),
  drop_database: ['catastrophic', 95, 'security', 'Drops a whole database, schema or everything a role owns.'],
  program: ['catastrophic', 95, 'security', 'Runs a program on the database server.'],
  shutdown: ['catastrophic', 95, 'security', 'Stops the database server.'],
} as const satisfies Record<string, Verb>

export type SqlVerb = keyof typeof VERBS

export interface SqlFact {
  readonly verb: SqlVerb
  /** The statement or the part of it, as written. */
  readonly text: string
}

/** Functions and procedures that act, whatever statement they stand in. */
export const ACTING_FUNCTIONS: Readonly<Record<string, SqlVerb>> = Object.assign(
  Object.create(null) as Record<string, SqlVerb>,
  {
    ...named(
      'program',
      'xp_cmdshell sp_oacreate sp_oamethod sys_exec sys_eval dbms_scheduler dbms_java dbms_xslprocessor sp_execute_external_script sp_start_job sp_add_jobstep',
    ),
    ...named(
      'file_access',
      'pg_read_file pg_read_binary_file pg_ls_dir pg_file_write pg_file_unlink pg_file_rename lo_import lo_export load_file writefile readfile utl_file xp_dirtree xp_fileexist xp_regwrite xp_regdeletekey xp_regdeletevalue xp_regread xp_delete_file pg_ls_logdir pg_ls_waldir',
    ),
    ...named('untrusted_code', 'load_extension sqlj.install_jar create_assembly fts3_tokenizer'),
    ...named('superuser', 'sp_addsrvrolemember sp_addrolemember sp_addlogin sp_grantlogin'),
    ...named('server_setting', 'sp_configure rds_superuser rdsadmin'),
    ...named('drop_role', 'sp_droplogin sp_dropuser sp_revokedbaccess'),
    ...named('drop_database', 'sp_dbremove sp_detach_db'),
    ...named(
      'history',
      'pg_drop_replication_slot pg_replication_slot_advance sp_delete_backuphistory sp_cycle_errorlog',
    ),
    ...named('shutdown', 'pg_promote'),
    ...named('lock', 'pg_terminate_backend pg_cancel_backend pg_advisory_lock pg_wal_replay_pause'),
    ...named('setting', 'pg_reload_conf pg_rotate_logfile pg_switch_wal pg_create_restore_point'),
    ...named('stall', 'pg_sleep pg_sleep_for pg_sleep_until benchmark sleep dbms_lock dbms_pipe'),
    ...named(
      'outside',
      'dblink dblink_exec dblink_connect dblink_send_query utl_http utl_smtp utl_tcp httpuritype openrowset opendatasource openquery http_get http_post aws_s3 query_export_to_s3 net.http_post',
    ),
    ...named('rename', 'sp_rename sp_renamedb'),
    ...named('file_export', 'sp_send_dbmail'),
  },
)

function named(verb: SqlVerb, names: string): Record<string, SqlVerb> {
  return Object.fromEntries(names.split(' ').map((name) => [name, verb]))
}

/** Relations that hold password hashes or are the catalogue itself. */
export const SECRET_RELATIONS =
  /^(?:pg_shadow|pg_authid|pg_user_mapping|pg_user_mappings|mysql\.user|mysql\.db|mysql\.global_priv|sys\.sql_logins|sys\.syslogins|master\.\.syslogins|sys\.user\$|user\$|dba_users_with_defpwd|syscat\.dbauth)$/
export const CATALOGUE =
  /^(?:pg_catalog\.|pg_(?:class|attribute|proc|database|namespace|constraint|index|type|authid|trigger|depend|settings|hba_file_rules|largeobject|auth_members)$|sqlite_(?:master|schema)$|information_schema\.|mysql\.|sys\.)/
/** Functions that run SQL handed to them as text. */
export const RUNS_TEXT = new Set(
  'exec execute sp_executesql immediate prepare dblink_exec dblink dblink_send_query query_to_xml query_to_xml_and_xmlschema database_to_xml openquery sp_msforeachtable sp_msforeachdb sp_prepexec do execute_immediate cursor_to_xml crosstab ts_stat'.split(
    ' ',
  ),
)
