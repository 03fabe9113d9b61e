import type { ServerResponse } from 'node:http'
import type { Actor } from '#core/kernel/context'
import { securityHeaders, type Headers } from './send.ts'
import { heartbeat, mayHear, type Frame } from './frames.rules.ts'

/** Somebody who is told events: an event stream or a socket. */
export interface Listener {
  readonly openedAt: number
  /** The last event that was told, or is not this listener's to hear. */
  seq: number
  /** False while older events are still being replayed. */
  live: boolean
  readonly closed: boolean
  tell(frames: readonly Frame[]): void
  /** Every 15 seconds, so that neither end nor anything between takes it for dead. */
  beat(): void
  /** Settles when most of what was written is on its way; a replay must not outrun the reader. */
  drained(): Promise<void>
  end(): void
}

/** A client that has left so much unread is not reading; it may come back with its Last-Event-ID. */
export const MAX_BUFFERED = 1024 * 1024
export const DRAIN_ABOVE = 256 * 1024

/** One open event stream. */
export class Stream implements Listener {
  readonly openedAt: number
  seq: number
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
    for (const frame of frames) if (mayHear(this.#actor, frame)) this.#write(frame.bytes)
  }

  beat(): void {
    this.#write(heartbeat)
  }

  #write(bytes: Buffer): void {
    if (this.closed || !this.#response.headersSent) return
    if (this.#response.writableLength + bytes.length > MAX_BUFFERED) this.#response.destroy()
    else this.#response.write(bytes)
  }

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
