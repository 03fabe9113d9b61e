import { Fault } from '../kernel/errors.ts'

interface Waiting<Item, Result> {
  readonly item: Item
  readonly signal: AbortSignal
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

const MAX_BATCH = 256

/**
 * Writes in groups: while one batch commits the next one gathers, so a counter that everybody increments costs one
 * commit per batch and not one per call. There is no timer; a lone caller waits for its own statement only.
 */
export class Batcher<Item, Result> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Result[]>
  #queue: Waiting<Item, Result>[] = []
  #running: Promise<void> | undefined

  constructor(write: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#write = write
  }

  /** An item whose signal fires before its turn is never written. */
  add(item: Item, signal: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, signal, resolve, reject })
      this.#running ??= this.#drain()
    })
  }

  async close(): Promise<void> {
    await this.#running
  }

  async #drain(): Promise<void> {
    // Calls that arrive in the same turn share the first batch.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MAX_BATCH).filter((one) => {
        if (one.signal.aborted) one.reject(one.signal.reason)
        return !one.signal.aborted
      })
      await this.#commit(batch)
    }
    this.#running = undefined
  }

  async #commit(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    if (batch.length === 0) return
    try {
      const results = await this.#write(batch.map(({ item }) => item))
      batch.forEach((one, index) => one.resolve(results[index] as Result))
    } catch (error) {
      // A refused statement wrote nothing, so one bad item need not spoil its neighbours. A lost connection may have.
      if (batch.length > 1 && !(error instanceof Fault)) for (const one of batch) await this.#commit([one])
      else for (const one of batch) one.reject(error)
    }
  }
}
