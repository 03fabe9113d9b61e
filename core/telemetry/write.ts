import { CompiledQuery, type Transaction } from 'kysely'
import type { Sighting } from '#core/agents/index'
import type { Database } from '../db/database.ts'
import type { DatabaseHandle } from '../db/engine.ts'
import type { Row } from './event.rules.ts'
import { COLUMNS, NEW_EVENTS, NEW_EVENTS_OF_AGENTS, SUMS, UNKNOWN_EVENTS } from './statements.ts'
import { sumsOf, type StatSum } from './sums.rules.ts'

/**
 * Writes events that are all new, with agents in front that were not heard of for a while: one statement, one round
 * trip, one commit. Throws the database's own error when an event was known already (`isKnownEvent`), and writes nothing.
 */
export async function writeNew(handle: DatabaseHandle, rows: readonly Row[], seen: readonly Sighting[]): Promise<void> {
  const values = [...arraysOf(inOneOrder(rows)), ...sumValues(rows)]
  if (seen.length === 0) await handle.query(NEW_EVENTS, values)
  else await handle.query(NEW_EVENTS_OF_AGENTS, [...values, JSON.stringify(seen)])
}

/** Writes events that were not known yet, and adds them to the sums; answers those. One transaction is the caller's. */
export async function writeEvents(trx: Transaction<Database>, rows: readonly Row[]): Promise<ReadonlySet<Row>> {
  const query = <R>(text: string, values: unknown[]) => trx.executeQuery<R>(CompiledQuery.raw(text, values))
  // Of one event that comes twice in a batch the first counts, as it would in two batches.
  const first = new Map<string, Row>()
  for (const row of rows) if (!first.has(identity(row))) first.set(identity(row), row)
  const { rows: inserted } = await query<Identity>(UNKNOWN_EVENTS, arraysOf(inOneOrder([...first.values()])))
  const fresh = new Set(inserted.flatMap((row) => first.get(identity(row)) ?? []))
  if (fresh.size > 0) await query(SUMS, sumValues([...fresh]))
  return fresh
}

const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]

function arraysOf(rows: readonly Row[]): unknown[] {
  return COLUMN_NAMES.map((name) => rows.map((row) => plain(row[name])))
}

function plain(value: Row[keyof typeof COLUMNS]): string | number | boolean | null {
  if (value === null || value === undefined || typeof value !== 'object') return value ?? null
  return value instanceof Date ? value.toISOString() : JSON.stringify(value)
}

type Identity = Pick<Row, 'org_id' | 'agent_id' | 'event_id'>
export const identity = (row: Identity): string => `${row.org_id}\0${row.agent_id}\0${row.event_id}`

/** In one order for all writers, or two groups with the same events would wait for each other in a circle. */
function inOneOrder(rows: readonly Row[]): Row[] {
  const keyed = rows.map((row): [string, Row] => [identity(row), row])
  return keyed.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

function sumValues(rows: readonly Row[]): string[] {
  const { stats, usage, used, tasks, measures } = sumsOf(rows)
  return [stats, beats(stats), usage, used, tasks, measures].map((one) => JSON.stringify(one))
}

/** A heartbeat among the events is a heartbeat of the agent, as `agents_heartbeat` notes it. */
function beats(stats: readonly StatSum[]): object[] {
  return stats.flatMap(({ org_id, agent_id, reported_status: said, last_heartbeat_at }) => {
    const status = said === 'stopped' ? 'offline' : said === 'idle' ? 'idle' : 'online'
    return last_heartbeat_at === null ? [] : [{ org_id, agent_id, status, last_heartbeat_at }]
  })
}
