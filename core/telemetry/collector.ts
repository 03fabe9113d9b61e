import { alertWatch } from '#core/alerts/index'
import { sightings, type Sighting } from '#core/agents/index'
import { sql } from 'kysely'
import { isSqlState, lostRace, transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'
import type { Row } from './event.rules.ts'
import { writeEvents, writeNew } from './write.ts'

/** Events of one call: together on disk, or refused together. */
interface Waiting {
  readonly rows: readonly Row[]
  readonly seen: readonly Sighting[]
  readonly resolve: (written: Written) => void
  readonly reject: (error: unknown) => void
}

export interface Written {
  /** Those that were new; the others were known already. */
  readonly fresh: ReadonlySet<Row>
  /** Agents of the call that nobody knows while enrolment is closed; their events are not kept. */
  readonly strangers: ReadonlySet<string>
}

const MAX_ROWS = 2000
/** More than so many waiting events are refused with 503: a database that lags must not fill the memory. */
const MAX_WAITING = 100_000

/**
 * Writes events in groups: while one is being committed the next one gathers, so a lone call waits for one commit and a
 * thousand at once share it. One group at a time: two that share agents would only wait for each other's sums, and
 * smaller groups write more of them.
 */
export class Collector {
  readonly #runtime: Runtime
  #queue: Waiting[] = []
  #size = 0
  #running: Promise<void> | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  write(rows: readonly Row[], seen: readonly Sighting[]): Promise<Written> {
    if (this.#size + rows.length > MAX_WAITING) {
      throw new Fault('unavailable', 'More events came than can be written; send them again.', { retryAfter: 5 })
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ rows, seen, resolve, reject })
      this.#size += rows.length
      this.#running ??= this.#drain()
    })
  }

  async close(): Promise<void> {
    await this.#running
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets calls that arrived together share the first group.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0) {
      const batch = this.#next()
      try {
        await this.#commit(batch)
      } catch (error) {
        // One call may have spoiled it for the others.
        if (batch.length === 1) batch[0]?.reject(error)
        else for (const one of batch) await this.#commit([one]).catch(one.reject)
      }
    }
    this.#running = undefined
  }

  #next(): Waiting[] {
    let rows = 0
    const end = this.#queue.findIndex((one) => (rows += one.rows.length) > MAX_ROWS)
    const batch = this.#queue.splice(0, end < 0 ? this.#queue.length : Math.max(1, end))
    this.#size -= batch.reduce((sum, one) => sum + one.rows.length, 0)
    return batch
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const known = this.#runtime.use(sightings)
    const due = known.due(batch.flatMap((one) => one.seen)).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    const rows = batch.flatMap((one) => one.rows)
    const { fresh, strangers } = (await this.#writeAtOnce(rows, due)) ?? (await this.#writeChecked(rows, due))
    known.told(due.filter((one) => !strangers.has(keyOf(one))))
    for (const one of batch) {
      const own = new Set(one.rows.filter((row) => fresh.has(row)))
      const unknown = one.seen.filter((each) => strangers.has(keyOf(each))).map((each) => each.agent_id)
      const written = { fresh: own, strangers: new Set(unknown) }
      // Who sent what may raise an alert is answered when that is judged; the next batch does not wait for it.
      const judged = this.#runtime.use(alertWatch).look([...own])
      if (judged) void judged.then(() => one.resolve(written))
      else one.resolve(written)
    }
  }

  /** What is nearly always so: all events are new, and all agents may come. Undefined when it is not, or a race was lost. */
  async #writeAtOnce(rows: readonly Row[], due: readonly Sighting[]): Promise<Outcome | undefined> {
    const known = this.#runtime.use(sightings)
    if (!due.every((one) => one.open || known.remembers(one.org_id, one.agent_id))) return undefined
    try {
      await writeNew(this.#runtime.handle, rows, due)
      return { fresh: new Set(rows), strangers: new Set() }
    } catch (error) {
      if (isSqlState(error, UNIQUE_VIOLATION) || lostRace(error)) return undefined
      throw error
    }
  }

  /** Step by step: who is a stranger, then which events are new, then their sums. */
  async #writeChecked(rows: readonly Row[], due: readonly Sighting[]): Promise<Outcome> {
    return transact(this.#runtime.db, async (trx) => {
      const strangers = new Set<string>()
      if (due.length > 0) {
        await sql`select writ_see_agents(${JSON.stringify(due)}::json)`.execute(trx)
        const { rows: unknown } = await sql<Pick<Sighting, 'org_id' | 'agent_id'>>`
          select given.org_id, given.agent_id
          from json_to_recordset(${JSON.stringify(due)}::json) as given (org_id text, agent_id text)
          where not exists (select 1 from agent where agent.org_id = given.org_id and agent.agent_id = given.agent_id
            and (agent.first_seen_at is not null or agent.registered_at is not null))`.execute(trx)
        for (const row of unknown) strangers.add(keyOf(row))
      }
      const kept = rows.filter((row) => !strangers.has(keyOf(row)))
      return { fresh: await writeEvents(trx, kept), strangers }
    })
  }
}

interface Outcome {
  readonly fresh: ReadonlySet<Row>
  /** As `keyOf` names them. */
  readonly strangers: ReadonlySet<string>
}

const UNIQUE_VIOLATION = new Set(['23505'])

const keyOf = (one: Pick<Sighting, 'org_id' | 'agent_id'>): string => `${one.org_id}\0${one.agent_id}`

export const collector = resource<Collector>({
  name: 'telemetry.collector',
  open: (runtime) => new Collector(runtime),
  close: (open) => open.close(),
})
