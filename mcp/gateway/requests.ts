import type { AllowedCall } from './calls.ts'
import { idKey } from './message.rules.ts'

/** A request of the client whose answer is looked at before it is passed on. */
export interface Pending {
  readonly id: unknown
  readonly method: string
  readonly abort: AbortController
  /** `held`: not with the server yet. `answering`: the server's one answer is being looked at. */
  state: 'held' | 'sent' | 'answering'
  call?: AllowedCall
}

/** More at once than any client has; a server that never answers fills this and no more. */
const MAX_PENDING = 10_000

/** The governed requests that have no answer yet. */
export class Requests {
  readonly #pending = new Map<string, Pending>()

  /** Null when the id is taken, or there are too many. */
  add(id: unknown, method: string): Pending | null {
    const key = idKey(id)
    if (this.#pending.has(key) || this.#pending.size >= MAX_PENDING) return null
    const pending: Pending = { id, method, abort: new AbortController(), state: 'held' }
    this.#pending.set(key, pending)
    return pending
  }

  get(id: unknown): Pending | undefined {
    return this.#pending.get(idKey(id))
  }

  remove(pending: Pending): void {
    this.#pending.delete(idKey(pending.id))
  }

  get all(): readonly Pending[] {
    return [...this.#pending.values()]
  }
}
