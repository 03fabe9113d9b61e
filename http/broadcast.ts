import { eventHub, type EventHub, type StoredEvent } from '#core/events/index'
import type { Runtime } from '#core/kernel/runtime'
import { frame, framesOf, type Frame } from './frames.rules.ts'
import type { Listener } from './stream.ts'

/** Rows of this many events are loaded at once; the order of telling stays the order of the events. */
const AHEAD = 8
const PAGE = 200

/** Where the objects come from that events are told as. */
export interface EventSources {
  payloadsOf(runtime: Runtime, orgId: string, event: StoredEvent): Promise<readonly object[]>
  /** Rows of the actions whose approval was settled lately or is still to be fetched, oldest first. */
  recentlySettled(runtime: Runtime, orgId: string): Promise<readonly object[]>
}

/** All open streams of one org: each event is loaded and serialised once, then told to every one of them. */
export class Broadcast {
  readonly streams = new Set<Listener>()
  readonly #runtime: Runtime
  readonly #sources: EventSources
  readonly #hub: EventHub
  readonly #orgId: string
  readonly #waiting: StoredEvent[] = []
  #seq = 0
  #telling = false
  #unsubscribe: () => void = () => undefined
  #recent: { readonly seq: number; readonly at: number; readonly frames: Promise<readonly Frame[]> } | undefined

  constructor(runtime: Runtime, sources: EventSources, orgId: string) {
    this.#runtime = runtime
    this.#sources = sources
    this.#hub = runtime.use(eventHub)
    this.#orgId = orgId
  }

  async start(): Promise<this> {
    const { from, unsubscribe } = await this.#hub.subscribe(this.#orgId, (event) => {
      this.#waiting.push(event)
      void this.#tellAll()
    })
    this.#seq = Math.max(this.#seq, from)
    this.#unsubscribe = unsubscribe
    return this
  }

  stop(): void {
    this.#unsubscribe()
  }

  /** The last event that was told to the live streams. */
  get seq(): number {
    return this.#seq
  }

  /**
   * Tells `stream` what it has not seen, page by page, until it is level with the others, and makes it live.
   * With `ask` the database is asked even when the stream seems level: what was committed a moment ago counts as missed.
   */
  async catchUp(stream: Listener, oldest: Date, ask = false): Promise<number> {
    let told = 0
    let more = ask || stream.seq < this.#seq
    while (more && !stream.closed) {
      const events = await this.#hub.since(this.#orgId, stream.seq, PAGE)
      for (const event of events) {
        told += await this.#tellOld(stream, event, oldest)
        if (stream.closed) return told
      }
      more = events.length === PAGE || (events.length > 0 && stream.seq < this.#seq)
    }
    // No await between the last check and here: nothing can be told in between.
    stream.seq = Math.max(stream.seq, this.#seq)
    stream.live = true
    return told
  }

  async #tellOld(stream: Listener, event: StoredEvent, oldest: Date): Promise<number> {
    const frames = event.at >= oldest ? await this.#framesOf(event) : []
    stream.tell(frames)
    stream.seq = event.seq
    await stream.drained()
    return frames.length
  }

  /** Frames of what was settled lately. Only an event can change them, so streams that open together share them. */
  recent(): Promise<readonly Frame[]> {
    const at = this.#runtime.now().getTime()
    if (!this.#recent || this.#recent.seq !== this.#seq || at - this.#recent.at > 1000) {
      const frames = this.#sources
        .recentlySettled(this.#runtime, this.#orgId)
        .then((rows) => rows.map((row) => frame('action.updated', row)))
      this.#recent = { seq: this.#seq, at, frames }
    }
    return this.#recent.frames
  }

  async #tellAll(): Promise<void> {
    if (this.#telling) return
    this.#telling = true
    try {
      while (this.#waiting.length > 0) {
        const events = this.#waiting.splice(0, AHEAD)
        const frames = await Promise.all(events.map((event) => this.#framesOrEnd(event)))
        for (const [index, event] of events.entries()) this.#tellOne(event.seq, frames[index] ?? [])
      }
    } finally {
      this.#telling = false
    }
  }

  #tellOne(seq: number, frames: readonly Frame[]): void {
    for (const stream of this.streams) {
      if (!stream.live || stream.seq >= seq) continue
      stream.tell(frames)
      stream.seq = seq
    }
    this.#seq = Math.max(this.#seq, seq)
  }

  /** An event whose rows cannot be loaded ends the streams: their clients resume and ask for it again. */
  async #framesOrEnd(event: StoredEvent): Promise<readonly Frame[]> {
    try {
      return await this.#framesOf(event)
    } catch (error) {
      this.#runtime.log.warn({ err: error, event: event.name, org: this.#orgId }, 'an event could not be told')
      for (const stream of this.streams) stream.end()
      return []
    }
  }

  async #framesOf(event: StoredEvent): Promise<readonly Frame[]> {
    return framesOf(event, await this.#sources.payloadsOf(this.#runtime, this.#orgId, event))
  }
}
