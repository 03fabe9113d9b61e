import { CompiledQuery } from 'kysely'
import { sightings, type Sighting } from '#core/agents/index'
import { eventHub } from '#core/events/index'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { Fault } from '../kernel/errors.ts'
import { isControlMoved, isKeyRaced, type Recordable, type Recorded } from './record.rules.ts'
import { sealBatch, type OrgHead } from './batch.rules.ts'
import { HEAD_MOVED, KEY_RACED } from './snapshot.ts'

const MAX_BATCH = 256
/** After this many lost races for a head the batch takes the row locks first. */
const OPTIMISTIC_TRIES = 2
const MAX_TRIES = 12

interface Waiting {
  readonly item: Recordable
  readonly resolve: (recorded: Recorded) => void
  readonly reject: (error: unknown) => void
}

/**
 * Records decisions durably, in groups: while one batch is being committed the next one gathers, so there is
 * no timer, and a lone caller waits for one commit only. One statement, one round trip, one fsync a batch.
 */
export class Recorder {
  readonly #runtime: Runtime
  readonly #heads = new Map<string, OrgHead>()
  #queue: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /**
   * Resolves when the item is on disk. Rejects with `ControlMoved` when what governs the org changed since the
   * decision was made (decide again), with `KeyRaced` when a parallel call took the idempotency key, and with
   * the Fault GUARD_AUDIT_PERSIST_FAILED when it cannot be known to be recorded.
   */
  record(item: Recordable): Promise<Recorded> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      this.#running ??= this.#drain()
    })
  }

  async close(): Promise<void> {
    await this.#running
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets calls that arrived together share the first batch.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MAX_BATCH)
      await this.#commit(batch)
    }
    this.#running = undefined
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    let waiting = batch
    for (let attempt = 0; waiting.length > 0; attempt += 1) {
      try {
        const recorded = await this.#write(waiting, attempt >= OPTIMISTIC_TRIES)
        waiting.forEach((one, index) => one.resolve(recorded[index] as Recorded))
        this.#tell(waiting)
        return
      } catch (error) {
        waiting = await this.#afterFailure(waiting, error, attempt)
      }
    }
  }

  /** Each batch wrote events: listeners are told at once, other replicas soon, or at once when a person is asked. */
  #tell(recorded: readonly Waiting[]): void {
    const urgent = new Map<string, boolean>()
    for (const { item } of recorded) urgent.set(item.orgId, (urgent.get(item.orgId) ?? false) || item.events.length > 0)
    for (const [orgId, now] of urgent) this.#runtime.use(eventHub).nudge(orgId, { urgent: now })
  }

  /** Decides who of a failed batch tries again; everybody else is told. */
  async #afterFailure(waiting: readonly Waiting[], error: unknown, attempt: number): Promise<readonly Waiting[]> {
    for (const { item } of waiting) this.#heads.delete(item.orgId)
    const code = sqlState(error)
    if (code !== undefined && RETRIED.has(code) && attempt < MAX_TRIES) return this.#dropOutdated(waiting)
    if (waiting.length > 1 && !isUnavailable(error)) {
      await this.#oneByOne(waiting)
      return []
    }
    for (const one of waiting) one.reject(toldAs(error, code))
    return []
  }

  /** A batch that one bad item spoiled is written item by item, so that only the bad one fails. */
  async #oneByOne(waiting: readonly Waiting[]): Promise<void> {
    for (const one of waiting) {
      try {
        one.resolve((await this.#write([one], true))[0] as Recorded)
        this.#tell([one])
      } catch (error) {
        this.#heads.delete(one.item.orgId)
        one.reject(toldAs(error, sqlState(error)))
      }
    }
  }

  async #dropOutdated(waiting: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      await this.#loadHeads(waiting)
    } catch (error) {
      const fault = persistFailed(error)
      for (const one of waiting) one.reject(fault)
      return []
    }
    return waiting.filter((one) => {
      const current = this.#heads.get(one.item.orgId)?.control === one.item.control
      if (!current) one.reject(isControlMoved.make())
      return current
    })
  }

  async #write(waiting: readonly Waiting[], locking: boolean): Promise<Recorded[]> {
    const known = this.#runtime.use(sightings)
    const seen = known.due(waiting.flatMap(({ item }) => item.sighting ?? []))
    const recorded = locking ? await this.#writeLocked(waiting, seen) : await this.#writeAtOnce(waiting, seen)
    known.told(seen)
    return recorded
  }

  async #writeAtOnce(waiting: readonly Waiting[], seen: readonly Sighting[]): Promise<Recorded[]> {
    await this.#loadHeads(waiting)
    // A head read for a later item may be newer than what an earlier one was decided under.
    if (waiting.some(({ item }) => this.#heads.get(item.orgId)?.control !== item.control)) throw new HeadMoved()
    const { parameters, heads, recorded } = sealBatch(
      waiting.map((one) => one.item),
      this.#heads,
    )
    const values = seen.length === 0 ? parameters : [...parameters, JSON.stringify(seen)]
    await this.#runtime.handle.query(seen.length === 0 ? STATEMENT : WITH_AGENTS, values.map(wellFormed))
    for (const [orgId, head] of heads) this.#heads.set(orgId, head)
    return recorded
  }

  /** For orgs that several replicas write to at once: wait for the head instead of racing for it. */
  async #writeLocked(waiting: readonly Waiting[], seen: readonly Sighting[]): Promise<Recorded[]> {
    const items = waiting.map((one) => one.item)
    return this.#runtime.db.transaction().execute(async (trx) => {
      const query: Query = (text, values) => trx.executeQuery(CompiledQuery.raw(text, [...values]))
      if (seen.length > 0) await query(SEE, [wellFormed(JSON.stringify(seen))])
      const heads = await readHeads(query, items, 'for update')
      const moved = items.find((item) => heads.get(item.orgId)?.control !== item.control)
      if (moved) throw items.length === 1 ? isControlMoved.make() : new HeadMoved()
      const sealed = sealBatch(items, heads)
      await query(STATEMENT, sealed.parameters.map(wellFormed))
      return sealed.recorded
    })
  }

  async #loadHeads(waiting: readonly Waiting[]): Promise<void> {
    const missing = waiting.map((one) => one.item).filter((item) => !this.#heads.has(item.orgId))
    if (missing.length === 0) return
    const heads = await readHeads((text, values) => this.#runtime.handle.query(text, values), missing, '')
    for (const [orgId, head] of heads) this.#heads.set(orgId, head)
  }
}

type Query = (text: string, values: readonly unknown[]) => Promise<{ rows: readonly unknown[] }>

/** Takes the parameters of a sealed batch. */
export const STATEMENT = 'select writ_record($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)'

/** The same, with agents in front that were not heard of for a while: their rows are locked before the heads. */
const WITH_AGENTS = STATEMENT.replace('select ', 'select writ_see_agents($15), ')
const SEE = 'select writ_see_agents($1)'

/** Lost races: nothing was written, and the same batch may be written behind a fresh head. */
const RETRIED: ReadonlySet<string> = new Set([HEAD_MOVED, '40P01', '40001'])

/** Raised inside the locked transaction so that it is told apart like the database's own refusal. */
class HeadMoved extends Error {
  readonly code = HEAD_MOVED
}

async function readHeads(
  query: Query,
  items: readonly Recordable[],
  lock: '' | 'for update',
): Promise<Map<string, OrgHead>> {
  const orgs = [...new Set(items.map((item) => item.orgId))].toSorted()
  const { rows } = await query(
    `select org_id, size, encode(frontier, 'hex') as frontier, control_revision from ledger_head
     where org_id in (select json_array_elements_text($1::json)) order by org_id ${lock}`,
    [JSON.stringify(orgs)],
  )
  const found = rows as readonly { org_id: string; size: number; frontier: string; control_revision: number }[]
  return new Map(
    found.map((row) => [
      row.org_id,
      {
        control: Number(row.control_revision),
        size: Number(row.size),
        frontier: (row.frontier.match(/.{64}/g) ?? []).map((hash) => Buffer.from(hash, 'hex')),
      },
    ]),
  )
}

function sqlState(error: unknown): string | undefined {
  const own = (error as { code?: unknown } | null)?.code
  if (typeof own === 'string' && /^[0-9A-Z]{5}$/.test(own)) return own
  const cause = (error as { cause?: unknown } | null)?.cause
  return cause === undefined ? undefined : sqlState(cause)
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Fault && error.code === 'unavailable'
}

function toldAs(error: unknown, code: string | undefined): unknown {
  if (isControlMoved.test(error)) return error
  return code === KEY_RACED ? isKeyRaced.make() : persistFailed(error)
}

/**
 * JSON text without halves of surrogate pairs, which PostgreSQL refuses. `JSON.stringify` writes those, and only
 * those, as \udXXX; a backslash of the text itself is doubled.
 */
function wellFormed(json: string): string {
  if (!json.includes('\\ud')) return json
  return json.replaceAll(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\\ufffd')
}

export function persistFailed(cause: unknown): Fault {
  if (cause instanceof Fault && cause.code === 'GUARD_AUDIT_PERSIST_FAILED') return cause
  const message = 'The decision could not be recorded, so none is given. Treat this as not allowed and try again.'
  return new Fault('GUARD_AUDIT_PERSIST_FAILED', message, { cause, retryAfter: 1 })
}

export const recorder = resource<Recorder>({
  name: 'guard.recorder',
  open: (runtime) => new Recorder(runtime),
  close: (instance) => instance.close(),
})
