import type { ServerResponse } from 'node:http'
import type { Actor } from '#core/kernel/context'
import { securityHeaders, type Headers } from './send.ts'
import { mayHear, type Frame } from './frames.rules.ts'

/** A client that has left so much unread is not reading; it may come back with its Last-Event-ID. */
const MAX_BUFFERED = 1024 * 1024
const DRAIN_ABOVE = 256 * 1024

/** One open event stream. `seq` is the last event its client has been told of, or has no right to. */
export class Stream {
  readonly openedAt: number
  seq: number
  /** False while older events are still being replayed. */
  live = false
  readonly #response: ServerResponse
  readonly #actor: Actor

  constructor(response: ServerResponse, options: { openedAt: number; actor: Actor; seq: number }) {
    this.#response = response
    this.openedAt = options.openedAt
    this.#actor = options.actor
    this.seq = options.seq
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded
  }

  open(headers: Headers): void {
    if (this.closed) return
    this.#response.writeHead(200, {
      ...securityHeaders,
      ...headers,
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
      Connection: 'keep-alive',
    })
    this.#response.flushHeaders()
    this.#response.socket?.setNoDelay(true)
  }

  tell(frames: readonly Frame[]): void {
    for (const frame of frames) if (mayHear(this.#actor, frame)) this.write(frame.bytes)
  }

  write(bytes: Buffer): void {
    if (this.closed || !this.#response.headersSent) return
    if (this.#response.writableLength + bytes.length > MAX_BUFFERED) this.#response.destroy()
    else this.#response.write(bytes)
  }

  /** Settles when the client has taken most of what was written; a replay must not outrun it. */
  async drained(): Promise<void> {
    if (this.closed || this.#response.writableLength < DRAIN_ABOVE) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done).off('close', done)
        resolve()
      }
      this.#response.on('drain', done).on('close', done)
    })
  }

  end(): void {
    if (!this.closed) this.#response.end()
  }
}
