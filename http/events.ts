import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { actorOf, type Caller } from './answer.ts'
import { Broadcast, type EventSources } from './broadcast.ts'
import type { Exchange } from './exchange.ts'
import { frame, heartbeat } from './frames.rules.ts'
import { resumeFrom } from './resume.rules.ts'
import { Stream } from './stream.ts'

const HEARTBEAT_MS = 15_000
const LIFETIME_MS = 30 * 60_000
const REPLAY_MS = 24 * 60 * 60_000
const MAX_STREAMS = 10_000

/** All event streams of this server (`GET /api/stream`). */
export class EventStreams {
  readonly #runtime: Runtime
  readonly #sources: EventSources
  readonly #orgs = new Map<string, Promise<Broadcast>>()
  readonly #open = new Map<Stream, Caller>()
  readonly #pulse: NodeJS.Timeout
  #ending = false

  constructor(runtime: Runtime, sources: EventSources) {
    this.#runtime = runtime
    this.#sources = sources
    this.#pulse = setInterval(() => this.#beat(), HEARTBEAT_MS)
    this.#pulse.unref()
  }

  /** Answers one request with a stream; returns when it is level with the events of now. */
  async serve({ request, response, headers }: Exchange, caller: Caller): Promise<void> {
    const { actor, limits } = caller
    if (!actor.scopes.has('events:read')) {
      const message = 'This needs the scope events:read, which this credential does not have.'
      throw new Fault('forbidden', message, { data: { required_scope: 'events:read' } })
    }
    if (this.#ending || this.#open.size >= MAX_STREAMS) {
      throw new Fault('unavailable', 'No further event stream can be opened now.', { retryAfter: 5 })
    }
    const broadcast = await this.#broadcastOf(actor.orgId)
    if (response.destroyed) return
    const resume = resumeFrom(request, broadcast.seq)
    const openedAt = this.#runtime.now().getTime()
    const stream = new Stream(response, { openedAt, actor, seq: resume.seq ?? broadcast.seq })
    broadcast.streams.add(stream)
    this.#open.set(stream, caller)
    response.on('close', () => this.#forget(actor.orgId, broadcast, stream))
    // The first bytes wait for the first read, so that a database that is down is still told as a 503.
    const recent = resume.seq === undefined ? await broadcast.recent() : []
    stream.open({ ...headers, ...limits })
    if (request.method === 'HEAD') return stream.end()
    for (const one of recent) {
      stream.tell([one])
      await stream.drained()
    }
    const oldest = new Date(openedAt - REPLAY_MS)
    const replayed = resume.seq === undefined ? recent.length : await broadcast.catchUp(stream, oldest, true)
    stream.tell([
      frame('connected', {
        status: 'ok',
        orgId: actor.orgId,
        backend: this.#runtime.handle.engine,
        realtimeStatus: 'ok',
        replayed,
        lastEventId: String(stream.seq),
        replayError: resume.problem ?? null,
      }),
    ])
    if (!stream.live) await broadcast.catchUp(stream, oldest)
  }

  /** Ends all streams and opens no more; their clients resume elsewhere. */
  close(): void {
    this.#ending = true
    clearInterval(this.#pulse)
    for (const stream of this.#open.keys()) stream.end()
  }

  #broadcastOf(orgId: string): Promise<Broadcast> {
    let broadcast = this.#orgs.get(orgId)
    if (!broadcast) {
      broadcast = new Broadcast(this.#runtime, this.#sources, orgId).start()
      this.#orgs.set(orgId, broadcast)
      broadcast.catch(() => this.#orgs.delete(orgId))
    }
    return broadcast
  }

  #forget(orgId: string, broadcast: Broadcast, stream: Stream): void {
    this.#open.delete(stream)
    broadcast.streams.delete(stream)
    if (broadcast.streams.size > 0) return
    broadcast.stop()
    this.#orgs.delete(orgId)
  }

  #beat(): void {
    const now = this.#runtime.now().getTime()
    for (const [stream, caller] of this.#open) {
      if (now - stream.openedAt >= LIFETIME_MS) stream.end()
      else stream.write(heartbeat)
      void this.#endIfRevoked(stream, caller)
    }
  }

  /** A stream must not outlive the right to it. A database that cannot be asked is no reason to end it. */
  async #endIfRevoked(stream: Stream, { credentials, actor: { address = '' } }: Caller): Promise<void> {
    if (!credentials) return
    try {
      const actor = await actorOf(this.#runtime, credentials, address)
      if (!actor.scopes.has('events:read')) stream.end()
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === 'unauthenticated') stream.end()
    }
  }
}
