import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { actorOf, type Caller } from './answer.ts'
import { Broadcast, type EventSources } from './broadcast.ts'
import type { Exchange } from './exchange.ts'
import { FleetPulse } from './fleet-pulse.ts'
import { frame, type Frame } from './frames.rules.ts'
import { resumeFrom, type Resume } from './resume.rules.ts'
import { SocketStream } from './socket-stream.ts'
import { Stream, type Listener } from './stream.ts'
import type { Opened } from './upgrade.ts'

const HEARTBEAT_MS = 15_000
const LIFETIME_MS = 30 * 60_000
const REPLAY_MS = 24 * 60 * 60_000
const MAX_STREAMS = 10_000

interface Beginning {
  readonly broadcast: Broadcast
  readonly resume: Resume
  readonly recent: readonly Frame[]
  readonly caller: Caller
}

/** All listeners of this server: event streams (`GET /api/stream`) and sockets (`/ws`). */
export class EventStreams {
  readonly #runtime: Runtime
  readonly #sources: EventSources
  readonly #orgs = new Map<string, Promise<Broadcast>>()
  readonly #open = new Map<Listener, Caller>()
  readonly #pulses = new Map<string, { readonly pulse: FleetPulse; readonly listeners: Set<Listener> }>()
  readonly #pulse: NodeJS.Timeout
  #ending = false

  constructor(runtime: Runtime, sources: EventSources) {
    this.#runtime = runtime
    this.#sources = sources
    this.#pulse = setInterval(() => this.#beat(), HEARTBEAT_MS)
    this.#pulse.unref()
  }

  /**
   * Answers one request with a stream; returns when it is level with the events of now. With `pulse=1` it is told what
   * agents are doing as it changes, too.
   */
  async serve({ request, response, headers }: Exchange, caller: Caller): Promise<void> {
    const { actor, limits } = caller
    const broadcast = await this.#enter(caller)
    if (response.destroyed) return
    const resume = resumeFrom(request, broadcast.seq)
    const stream = new Stream(response, { openedAt: this.#now(), actor, seq: resume.seq ?? broadcast.seq })
    this.#add(broadcast, stream, caller)
    response.on('close', () => {
      this.#forget(actor.orgId, broadcast, stream)
      this.#leavePulse(actor.orgId, stream)
    })
    // The first bytes wait for the first read, so that a database that is down is still told as a 503.
    const recent = resume.seq === undefined ? await broadcast.recent() : []
    stream.open({ ...headers, ...limits })
    if (request.method === 'HEAD') return stream.end()
    if (wantsPulse(request) && !stream.closed) this.#joinPulse(actor.orgId, stream)
    await this.#begin(stream, { broadcast, resume, recent, caller })
  }

  /** The same over a socket, and with it what agents are doing as it changes. `open` shakes hands. */
  async serveSocket(
    { request }: Pick<Exchange, 'request'>,
    caller: Caller,
    open: () => Promise<Opened>,
  ): Promise<void> {
    const { actor } = caller
    const broadcast = await this.#enter(caller)
    const resume = resumeFrom(request, broadcast.seq)
    const recent = resume.seq === undefined ? await broadcast.recent() : []
    const opened = await open()
    const stream = new SocketStream(opened, { openedAt: this.#now(), actor, seq: resume.seq ?? broadcast.seq })
    this.#add(broadcast, stream, caller)
    opened.socket.on('close', () => {
      this.#forget(actor.orgId, broadcast, stream)
      this.#leavePulse(actor.orgId, stream)
    })
    if (this.#ending) return stream.end()
    this.#joinPulse(actor.orgId, stream)
    await this.#begin(stream, { broadcast, resume, recent, caller })
  }

  #now(): number {
    return this.#runtime.now().getTime()
  }

  async #enter({ actor }: Caller): Promise<Broadcast> {
    if (!actor.scopes.has('events:read')) {
      const message = 'This needs the scope events:read, which this credential does not have.'
      throw new Fault('forbidden', message, { data: { required_scope: 'events:read' } })
    }
    if (this.#ending || this.#open.size >= MAX_STREAMS) {
      throw new Fault('unavailable', 'No further event stream can be opened now.', { retryAfter: 5 })
    }
    return this.#broadcastOf(actor.orgId)
  }

  #add(broadcast: Broadcast, stream: Listener, caller: Caller): void {
    broadcast.streams.add(stream)
    this.#open.set(stream, caller)
  }

  /** What was decided lately or was missed, then where the listener stands, then everything that comes. */
  async #begin(stream: Listener, { broadcast, resume, recent, caller }: Beginning): Promise<void> {
    for (const one of recent) {
      stream.tell([one])
      await stream.drained()
    }
    const oldest = new Date(stream.openedAt - REPLAY_MS)
    const replayed = resume.seq === undefined ? recent.length : await broadcast.catchUp(stream, oldest, true)
    stream.tell([
      frame('connected', {
        status: 'ok',
        orgId: caller.actor.orgId,
        backend: this.#runtime.handle.engine,
        realtimeStatus: 'ok',
        replayed,
        lastEventId: String(stream.seq),
        replayError: resume.problem ?? null,
      }),
    ])
    if (!stream.live) await broadcast.catchUp(stream, oldest)
  }

  #joinPulse(orgId: string, stream: Listener): void {
    const known = this.#pulses.get(orgId)
    if (known) return void known.listeners.add(stream)
    const listeners = new Set([stream])
    const tell = (frames: readonly Frame[]): void => {
      for (const listener of listeners) if (listener.live) listener.tell(frames)
    }
    this.#pulses.set(orgId, { pulse: new FleetPulse(this.#runtime, orgId, tell), listeners })
  }

  #leavePulse(orgId: string, stream: Listener): void {
    const known = this.#pulses.get(orgId)
    known?.listeners.delete(stream)
    if (known?.listeners.size !== 0) return
    known.pulse.stop()
    this.#pulses.delete(orgId)
  }

  /** Ends all streams and opens no more; their clients resume elsewhere. */
  close(): void {
    this.#ending = true
    clearInterval(this.#pulse)
    for (const { pulse } of this.#pulses.values()) pulse.stop()
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

  #forget(orgId: string, broadcast: Broadcast, stream: Listener): void {
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
      else stream.beat()
      void this.#endIfRevoked(stream, caller)
    }
  }

  /** A stream must not outlive the right to it. A database that cannot be asked is no reason to end it. */
  async #endIfRevoked(stream: Listener, { credentials, actor: { address = '' } }: Caller): Promise<void> {
    if (!credentials) return
    try {
      const actor = await actorOf(this.#runtime, credentials, address)
      if (!actor.scopes.has('events:read')) stream.end()
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === 'unauthenticated') stream.end()
    }
  }
}

/** Browsers cannot set headers on an event stream, so it is a word of the query. */
function wantsPulse({ url = '' }: Pick<Exchange['request'], 'url'>): boolean {
  return new URLSearchParams(url.split('?')[1] ?? '').get('pulse') === '1'
}
