import { resource, type Runtime } from '../kernel/runtime.ts'

export interface StoredEvent {
  readonly seq: number
  readonly name: string
  readonly ref: string | null
  readonly payload: Record<string, unknown>
  readonly at: Date
}

export type Listener = (event: StoredEvent) => void

interface Feed {
  listeners: Set<Listener>
  /** The last event given to the listeners. */
  seq: number
  reading: boolean
  again: boolean
  /** Settles when `seq` is known. */
  ready: Promise<void>
}

const CHANNEL = 'writ_events'
const BATCH = 500
/** NOTIFY has no memory: a lost one is made good by this poll. */
const POLL_MS = 2000
const COALESCE_MS = 2
/** For what nobody waits for, such as decisions: other replicas are told a few times a second, however many there are. */
const UNHURRIED_MS = 200

/**
 * Tells live listeners (SSE streams, waiting agents) of new events of their org, once each and in order.
 * A nudge only says "look"; what is told comes from the outbox table, so nothing depends on the nudge's content.
 */
export class EventHub {
  readonly #runtime: Runtime
  readonly #feeds = new Map<string, Feed>()
  readonly #pending = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #urgent = false
  readonly #poll: NodeJS.Timeout
  #unlisten: Promise<() => Promise<void> | void>

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#poll = setInterval(() => {
      for (const [orgId, feed] of this.#feeds) void this.#read(orgId, feed)
    }, POLL_MS)
    this.#poll.unref()
    this.#unlisten = runtime.handle
      .listen(CHANNEL, (payload) => this.#heard(payload))
      .catch((error: unknown) => {
        runtime.log.warn({ err: error }, 'event notifications are off; polling goes on')
        return () => undefined
      })
  }

  /** Call after the commit of a transaction that wrote events. */
  nudge(orgId: string, { urgent = true }: { urgent?: boolean } = {}): void {
    const feed = this.#feeds.get(orgId)
    if (feed) void this.#read(orgId, feed)
    if (this.#runtime.handle.engine !== 'postgres') return
    this.#pending.add(orgId)
    if (urgent && this.#timer && !this.#urgent) {
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
    this.#urgent ||= urgent
    this.#timer ??= setTimeout(() => this.#notify(), urgent ? COALESCE_MS : UNHURRIED_MS)
  }

  /** Newest sequence number of the org; what a listener that subscribes now has already "seen". */
  async head(orgId: string): Promise<number> {
    const row = await this.#runtime.db
      .selectFrom('event_head')
      .select('seq')
      .where('org_id', '=', orgId)
      .executeTakeFirst()
    return Number(row?.seq ?? 0)
  }

  /** Events after `seq`, oldest first, at most `limit`. */
  async since(orgId: string, seq: number, limit = BATCH): Promise<StoredEvent[]> {
    const rows = await this.#runtime.db
      .selectFrom('event')
      .select(['seq', 'name', 'ref', 'payload', 'at'])
      .where('org_id', '=', orgId)
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(limit)
      .execute()
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
  }

  /** From the moment the promise resolves every event after `from` reaches `listener`. */
  async subscribe(orgId: string, listener: Listener): Promise<{ from: number; unsubscribe: () => void }> {
    let feed = this.#feeds.get(orgId)
    if (!feed) {
      feed = { listeners: new Set(), seq: 0, reading: true, again: false, ready: Promise.resolve() }
      this.#feeds.set(orgId, feed)
      feed.ready = this.#start(orgId, feed)
    }
    feed.listeners.add(listener)
    try {
      await feed.ready
    } catch (error) {
      this.#drop(orgId, listener)
      throw error
    }
    return { from: feed.seq, unsubscribe: () => this.#drop(orgId, listener) }
  }

  async #start(orgId: string, feed: Feed): Promise<void> {
    feed.seq = await this.head(orgId)
    feed.reading = false
    void this.#read(orgId, feed)
  }

  async close(): Promise<void> {
    clearInterval(this.#poll)
    clearTimeout(this.#timer)
    this.#feeds.clear()
    await (
      await this.#unlisten
    )()
  }

  #drop(orgId: string, listener: Listener): void {
    const feed = this.#feeds.get(orgId)
    feed?.listeners.delete(listener)
    if (feed?.listeners.size === 0) this.#feeds.delete(orgId)
  }

  #heard(payload: string): void {
    const [replica, ...orgs] = payload.split(' ')
    if (replica === this.#runtime.replicaId) return
    for (const orgId of orgs) {
      const feed = this.#feeds.get(orgId)
      if (feed) void this.#read(orgId, feed)
    }
  }

  /** One notification for all orgs that moved, from a connection of its own: never inside a business transaction. */
  #notify(): void {
    this.#timer = undefined
    this.#urgent = false
    const orgs = [...this.#pending].slice(0, 100)
    for (const orgId of orgs) this.#pending.delete(orgId)
    if (this.#pending.size > 0) this.#timer = setTimeout(() => this.#notify(), COALESCE_MS)
    this.#runtime.handle.notify(CHANNEL, [this.#runtime.replicaId, ...orgs].join(' ')).catch((error: unknown) => {
      this.#runtime.log.warn({ err: error }, 'could not notify other replicas; they poll')
    })
  }

  async #read(orgId: string, feed: Feed): Promise<void> {
    if (feed.reading) {
      feed.again = true
      return
    }
    feed.reading = true
    try {
      do {
        feed.again = false
        const events = await this.since(orgId, feed.seq)
        for (const event of events) {
          feed.seq = event.seq
          for (const listener of feed.listeners) this.#tell(listener, event)
        }
        if (events.length === BATCH) feed.again = true
      } while (feed.again)
    } catch (error) {
      this.#runtime.log.warn({ err: error, org: orgId }, 'could not read events; the next poll tries again')
    } finally {
      feed.reading = false
    }
  }

  #tell(listener: Listener, event: StoredEvent): void {
    try {
      listener(event)
    } catch (error) {
      this.#runtime.log.error({ err: error, event: event.name }, 'an event listener failed')
    }
  }
}

export const eventHub = resource<EventHub>({
  name: 'events.hub',
  open: (runtime) => new EventHub(runtime),
  close: (hub) => hub.close(),
})
