/** Two generations of so many calls: memory stays bounded, and what is forgotten is only seen one call later. */
const MAX_CALLS = 50_000

interface Noted {
  /** Milliseconds. */
  at: number
  times: number
}

/** Calls seen by this process, so that only a call that comes again is looked up. */
export class RepeatedCalls {
  #young = new Map<string, Noted>()
  #old = new Map<string, Noted>()

  /** Notes the call; answers how often it came in a row, with less than `withinMs` from each to the next. */
  note(key: string, at: number, withinMs: number): number {
    const before = this.#young.get(key) ?? this.#old.get(key)
    if (this.#young.size >= MAX_CALLS && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    const times = before !== undefined && at - before.at <= withinMs ? before.times + 1 : 1
    this.#young.set(key, { at, times })
    return times
  }
}

/**
 * Whether a call that came so often here is worth a look at the record. As often as a loop needs always is; before that
 * at every power of two, as other replicas may have seen the rest: whoever sees an even share finds a loop before it is
 * twice as long as it has to be.
 */
export function isWorthALook(times: number, enough: number): boolean {
  return times >= enough || (times >= 2 && Number.isInteger(Math.log2(times)))
}
