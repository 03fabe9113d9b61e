import type { Danger, Grade } from './schema.ts'
import { worstDanger } from './schema.ts'
import type { Call, Hit } from './shell-state.rules.ts'
import { callText, known } from './shell-state.rules.ts'

const TEST = 'test|tests|testing|e2e|spec|ci|tmp|temp|scratch'
const TEST_NAME = new RegExp(`^(?:.+[_-])?(?:${TEST})(?:[_-]?\\d+)?$|^(?:${TEST})[_-][\\w-]+$`, 'i')
const REAL_NAME = /prod|live|stag|main|master/i
const LOCAL_HOST = /^(?:|localhost|127\.\d+\.\d+\.\d+|::1|\[::1\]|\/[\w./-]*)$/i

/** A database that tests fill and empty, by its name: `app_test`, `test_app`, `:memory:`, a file below `/tmp`. */
export function isTestDatabase(name: string): boolean {
  if (name === ':memory:') return true
  if (name.includes('/') || /\.(?:db|sqlite3?)$/i.test(name)) {
    const base = name.slice(name.lastIndexOf('/') + 1).replace(/\.\w+$/, '')
    return !name.includes('..') && !REAL_NAME.test(name) && (name.startsWith('/tmp/') || TEST_NAME.test(base))
  }
  return TEST_NAME.test(name) && !REAL_NAME.test(name)
}

/** `postgres://user@localhost:5432/app_test?x=y` */
function urlNames(text: string): { readonly host: string; readonly name: string } | null {
  const match = /^[a-z][\w+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)(?::\d+)?\/([\w.-]*)(?:\?[^#]*)?$/i.exec(text)
  return match === null ? null : { host: match[1] ?? '', name: match[2] ?? '' }
}

function localVariables(call: Call): boolean {
  const host = (name: string): string => call.state.vars.get(name)?.text ?? ''
  return ['PGHOST', 'PGHOSTADDR', 'PGSERVICE', 'MYSQL_HOST'].every((name) => LOCAL_HOST.test(host(name)))
}

interface Connection {
  readonly local: boolean
  /** Every database that the words name. */
  readonly databases: readonly string[]
}

const HOST = /^(?:-h|--host(?:name)?)$/
const NAMED = /^(?:-[dD]|--dbname|--database)$/
const VALUED = /^-[a-zA-Z]$|^--(?:host(?:name)?|port|user(?:name)?|command|execute|eval|file|maintenance-db)$/
const INDIRECT = /\b(?:host|service|dbname)\s*=|^--(?:defaults|login-path|protocol)/

function optionValues(words: readonly string[], option: RegExp, glued: RegExp): readonly string[] {
  return words.flatMap((word, i) => {
    const value = option.test(words[i - 1] ?? '') ? word : glued.exec(word)?.[1]
    return value === undefined ? [] : [value]
  })
}

/** What a client call opens, from its options, address and operands; no name when the words do not say. */
function connectionOf(call: Call): Connection {
  const words = call.args.map((arg) => known(arg.text))
  const urls = words.map(urlNames).filter((url) => url !== null)
  const hosts = [...optionValues(words, HOST, /^(?:-h|--host=)(.+)$/), ...urls.map(({ host }) => host)]
  const named = [
    ...optionValues(words, NAMED, /^(?:-[dD]|--dbname=|--database=)(.+)$/),
    ...urls.map(({ name }) => name),
  ]
  const operand = words.find((word, i) => !word.startsWith('-') && !VALUED.test(words[i - 1] ?? ''))
  const clear = !words.some((word) => INDIRECT.test(word)) && call.args.every((arg) => arg.taint === 0)
  return {
    local: clear && localVariables(call) && hosts.every((host) => LOCAL_HOST.test(host)),
    databases: named.length > 0 ? named : operand === undefined ? [] : [operand],
  }
}

const onlyTestDatabases = ({ local, databases }: Connection): boolean =>
  local && databases.length > 0 && databases.every(isTestDatabase)

const CLIENTS = /^(?:psql|pgcli|mysql|mariadb|mycli|sqlite3?|litecli|duckdb)$/
const EMPTIES = /^sql\.(?:drop_(?:database|table|column|cascade)|truncate|delete_all|update_all|replace_table)$/
/** Leaves the database the client opened. */
const ELSEWHERE = /\\c(?:onnect)?\b|\buse\b|\battach\b|dblink|\bexec(?:ute)?\b|\bdo\b/i

/** Whether every name with a dot stays inside the opened database. */
function staysInside(sql: string): boolean {
  return [...sql.matchAll(/(?<![\w-])([\w-]+)["'`\]]?\s*\.\s*["'`[]?[\w*]/g)].every(
    ([, owner]) => /^(?:public|dbo|main)$/i.test(owner ?? '') || isTestDatabase(owner ?? ''),
  )
}

/** Which of the emptying codes are easy to forgive in this text, as it drops test databases only or stays in one. */
function forgivable(sql: string, connection: Connection): ((code: string) => boolean) | null {
  const dropped = [...sql.matchAll(/\bdrop\s+database\s+(?:if\s+exists\s+)?["`[]?([\w-]+)/gi)].map(
    ([, name]) => name ?? '',
  )
  const mentions = sql.match(/\bdatabase\b/gi)?.length ?? 0
  const made = sql.match(/\bcreate\s+database\b/gi)?.length ?? 0
  if (!dropped.every(isTestDatabase) || mentions - made !== dropped.length) return null
  if (onlyTestDatabases(connection)) return () => true
  const others = /\b(?:schema|owned|tablespace)\b/i.test(sql)
  return dropped.length > 0 && !others ? (code) => code === 'sql.drop_database' : null
}

/** The grade of SQL given to a client: emptying a local test database is raised, not held. */
export function inConnection(grade: Grade, sql: string, call: Call): Grade {
  if (!CLIENTS.test(call.name) || !grade.reasons.some(({ code }) => EMPTIES.test(code))) return grade
  const connection = connectionOf(call)
  const everything = `${callText(call)}\n${call.stdin?.text ?? ''}`
  if (!connection.local || ELSEWHERE.test(everything) || !staysInside(sql)) return grade
  const eased = forgivable(sql, connection)
  if (eased === null) return grade
  const reasons = grade.reasons.map((reason) =>
    EMPTIES.test(reason.code) && eased(reason.code)
      ? { ...reason, code: 'sql.test_data', danger: 'elevated' as const }
      : reason,
  )
  return {
    ...grade,
    reasons,
    danger: reasons.reduce((worst, { danger }) => worstDanger(worst, danger), 'low' as Danger),
  }
}

const TEST_DATA: Hit = {
  danger: 'elevated',
  code: 'db.test_data',
  type: 'migrate',
  say: 'Drops or empties a test database.',
}

/** `RAILS_ENV=test rails db:drop`, `DATABASE_URL=…localhost/app_test prisma migrate reset`. */
export function inTestEnvironment(hit: Hit, call: Call): Hit {
  if (hit.code !== 'db.reset') return hit
  const { vars } = call.state
  const environment = ['RAILS_ENV', 'RACK_ENV', 'MIX_ENV', 'APP_ENV', 'NODE_ENV', 'FLASK_ENV', 'DJANGO_ENV']
    .map((name) => vars.get(name)?.text)
    .filter((value) => value !== undefined)
  const url = vars.get('DATABASE_URL')
  const target = url === undefined ? null : urlNames(url.text ?? '')
  const words = call.args.map((arg) => arg.text).join(' ')
  if (/prod|stag|live|--(?:env|url|database|linked)\b/i.test(words)) return hit
  if (target !== null) return LOCAL_HOST.test(target.host) && isTestDatabase(target.name) ? TEST_DATA : hit
  const tests = environment.length > 0 && environment.every((value) => /^(?:test|testing)$/.test(value ?? ''))
  return tests && url === undefined ? TEST_DATA : hit
}

/** `dropdb app_test`, `mongosh app_test --eval 'db.dropDatabase()'`. */
export function onTestDatabase(hit: Hit, call: Call): Hit {
  const moves = call.args.some((arg) => /getSiblingDB|getMongo|\buse\b|connect\s*\(/i.test(arg.text))
  return /^(?:db|mongo)\.drop$/.test(hit.code) && !moves && onlyTestDatabases(connectionOf(call)) ? TEST_DATA : hit
}
