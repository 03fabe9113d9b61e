import { Duplex } from 'node:stream'

/** The part of a worker or message port that carries bytes. */
export interface BytePort {
  postMessage(bytes: Uint8Array, transfer: readonly ArrayBuffer[]): void
}

/**
 * The socket that the PostgreSQL client sees in front of the embedded engine. All statements written in one turn of the
 * event loop go over in one message and come back in one.
 */
export class WorkerStream extends Duplex {
  readonly #port: BytePort
  #unsent: Buffer[] = []

  constructor(port: BytePort) {
    super({ allowHalfOpen: false })
    this.#port = port
  }

  /** Bytes from the engine. */
  receive(bytes: Uint8Array): void {
    if (bytes.byteLength > 0 && !this.destroyed)
      this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  connect(): void {
    process.nextTick(() => this.emit('connect'))
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#unsent.length === 0) setImmediate(() => this.#send())
    this.#unsent.push(chunk)
    done()
  }

  override _final(done: () => void): void {
    this.#send()
    this.push(null)
    done()
  }

  #send(): void {
    const bytes = this.#unsent
    this.#unsent = []
    if (bytes.length === 0 || this.destroyed) return
    const sent = new Uint8Array(Buffer.concat(bytes))
    this.#port.postMessage(sent, [sent.buffer])
  }

  // The client treats its stream as a TCP socket; there is nothing to set on a message port.
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}
