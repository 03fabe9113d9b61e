/** Two generations of so many calls: memory stays bounded, and what is forgotten is only seen one call later. */
const MAX_CALLS = 50_000

/**
 * Calls seen by this process, so that only a call that comes a second time is looked up. Of n equal calls spread over
 * fewer than n replicas one sees two; with more replicas a loop is found as it goes on.
 */
export class RepeatedCalls {
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  /** Notes the call; true when the same one was noted within the time. */
  note(key: string, at: number, withinMs: number): boolean {
    const before = this.#young.get(key) ?? this.#old.get(key)
    if (this.#young.size >= MAX_CALLS && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, at)
    return before !== undefined && at - before <= withinMs
  }
}
