import type { Actor } from '#core/kernel/context'
import { mayHear, type Frame } from './frames.rules.ts'
import { DRAIN_ABOVE, MAX_BUFFERED, type Listener } from './stream.ts'
import type { Opened } from './upgrade.ts'

/** A client that does not close in turn is cut after this. */
const CLOSE_MS = 1000
const GOING_AWAY = 1001

/** One open WebSocket: the same events as an event stream, each one message `{event, id?, data}`. */
export class SocketStream implements Listener {
  readonly openedAt: number
  seq: number
  live = false
  readonly #socket: Opened['socket']
  readonly #wire: Opened['wire']
  readonly #actor: Actor
  #answered = true

  constructor({ socket, wire }: Opened, options: { openedAt: number; actor: Actor; seq: number }) {
    this.#socket = socket
    this.#wire = wire
    this.openedAt = options.openedAt
    this.#actor = options.actor
    this.seq = options.seq
    socket.on('pong', () => (this.#answered = true))
    // Nothing that a client says has a meaning here; what breaks the protocol closes the socket by itself.
    socket.on('error', () => undefined)
  }

  get closed(): boolean {
    return this.#socket.readyState !== this.#socket.OPEN
  }

  tell(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (this.closed) return
      if (!mayHear(this.#actor, frame)) continue
      if (this.#socket.bufferedAmount + frame.message.length > MAX_BUFFERED) this.#socket.terminate()
      else this.#socket.send(frame.message)
    }
  }

  /** Browsers answer a ping by themselves; who did not answer the last one is gone. */
  beat(): void {
    if (this.closed) return
    if (!this.#answered) return this.#socket.terminate()
    this.#answered = false
    this.#socket.ping()
  }

  async drained(): Promise<void> {
    if (this.closed || this.#socket.bufferedAmount < DRAIN_ABOVE) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#wire.off('drain', done).off('close', done)
        resolve()
      }
      this.#wire.on('drain', done).on('close', done)
    })
  }

  end(): void {
    if (this.closed) return
    this.#socket.close(GOING_AWAY)
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref()
  }
}
