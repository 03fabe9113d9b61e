import { version } from '#core/system/index'
import { WritError, type Connection, type OperationName } from '../client/index.ts'
import type { Check } from './checks-local.ts'
import { ago } from './terminal.ts'

/** No such action can exist: asking for it tells what a key may do without doing anything. */
export const NO_ACTION = 'act_doctor-asks'
/** Decisions are covered by a checkpoint within a second or two; much older means that signing stopped. */
const STALE_MS = 60_000

export async function checkServer(connection: Connection): Promise<Check> {
  const started = performance.now()
  try {
    const health = await connection.call('system_health', {}, { timeoutMs: 5000 })
    const ms = Math.round(performance.now() - started)
    const found = `Writ ${health.version} at ${connection.baseUrl} answers in ${ms} ms`
    if (health.version === version) return { check: 'server', status: 'ok', found }
    return {
      check: 'server',
      status: 'warn',
      found: `${found}; this program is ${version}`,
      remedy: 'Use the same version on both sides.',
    }
  } catch (error) {
    return {
      check: 'server',
      status: 'fail',
      found: messageOf(error),
      remedy: 'Start it with "writ serve", or set WRIT_URL.',
    }
  }
}

export async function checkDatabase(connection: Connection): Promise<Check> {
  try {
    const { engine } = await connection.call('system_ready', {}, { timeoutMs: 5000 })
    const name = engine === 'embedded' ? 'the embedded database' : 'PostgreSQL'
    return { check: 'database', status: 'ok', found: `${name} answers, its schema is complete` }
  } catch (error) {
    const remedy = 'See the log of the server; for a schema that is not complete: writ migrate'
    return { check: 'database', status: 'fail', found: messageOf(error), remedy }
  }
}

export async function checkClock(connection: Connection): Promise<Check> {
  const sent = Date.now()
  const response = await fetch(`${connection.baseUrl}/api/health`, { signal: AbortSignal.timeout(5000) })
  await response.body?.cancel()
  const there = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(there)) return { check: 'clock', status: 'skip', found: 'the server does not tell the time' }
  // The header has whole seconds, and the answer took its way.
  const seconds = Math.max(0, Math.abs((sent + Date.now()) / 2 - there - 500) / 1000 - 1)
  const found =
    seconds < 1 ? 'this machine and the server agree' : `this machine and the server differ by ${seconds.toFixed(0)} s`
  const remedy = 'Synchronise the clocks: expiry of keys and approvals depends on them.'
  if (seconds > 60) return { check: 'clock', status: 'fail', found, remedy }
  return seconds > 5 ? { check: 'clock', status: 'warn', found, remedy } : { check: 'clock', status: 'ok', found }
}

export async function checkKey(connection: Connection): Promise<Check> {
  const [decides, manages, acts] = await Promise.all([
    statusOf(connection, 'approvals_decide', { action_id: NO_ACTION, decision: 'deny' }),
    statusOf(connection, 'keys_list', { limit: 1 }),
    statusOf(connection, 'actions_update', { action_id: NO_ACTION, model: 'none' }),
  ])
  if (decides === 401) {
    return {
      check: 'key',
      status: 'fail',
      found: 'the server does not know this key',
      remedy: 'Set WRIT_API_KEY to a valid key.',
    }
  }
  const may = [
    ...(manages === 200 ? ['manage keys and policies'] : []),
    ...(decides === 404 ? ['approve'] : []),
    ...(acts === 404 ? ['act as an agent'] : []),
  ]
  return { check: 'key', status: 'ok', found: `valid; it may ${may.join(', ') || 'only read'}` }
}

export async function checkLedger(connection: Connection): Promise<Check> {
  const check = 'ledger'
  try {
    const { checkpoints } = await connection.call('ledger_list_checkpoints', { limit: 1 })
    const { checkpoint } = await connection.call('ledger_get_checkpoint', {})
    const [last] = checkpoints
    const found = `${checkpoint.size} entries, signed`
    const isBehind =
      last !== undefined && checkpoint.size > last.size && Date.now() - Date.parse(last.created_at) > STALE_MS
    if (!isBehind) return { check, status: 'ok', found }
    const unsigned = Math.min(200, checkpoint.size - last.size)
    const { entries } = await connection.call('ledger_list_entries', { limit: unsigned })
    const oldest = entries.at(-1)?.entry.at
    if (oldest === undefined || Date.now() - Date.parse(oldest) <= STALE_MS) return { check, status: 'ok', found }
    const remedy = 'The job that signs does not run; see the log of the server.'
    return { check, status: 'warn', found: `entries stood unsigned for ${ago(oldest)}; they are signed now`, remedy }
  } catch (error) {
    if (error instanceof WritError && error.status === 403)
      return { check, status: 'skip', found: 'this key may not read it' }
    return { check, status: 'fail', found: messageOf(error), remedy: 'See the log of the server.' }
  }
}

export async function checkHalt(connection: Connection): Promise<Check> {
  const check = 'halt'
  try {
    const { halted, halted_by: by, reason } = await connection.call('halt_get', {})
    if (!halted) return { check, status: 'ok', found: 'agents may work' }
    return { check, status: 'warn', found: `halted by ${by}: ${reason}`, remedy: 'writ resume' }
  } catch (error) {
    return { check, status: 'skip', found: messageOf(error) }
  }
}

export async function statusOf(connection: Connection, name: OperationName, input: object): Promise<number> {
  try {
    await connection.call(name, input)
    return 200
  } catch (error) {
    if (error instanceof WritError && error.status > 0) return error.status
    throw error
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
