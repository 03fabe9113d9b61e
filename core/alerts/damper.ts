/**
 * So many looks in a row that find the same alert again, and after them one in so many milliseconds: at the same moment
 * for all agents, so that one round looks at all of them.
 */
const BURST = 10
const PAUSE_MS = 1000
const MAX_ALERTS = 20_000

interface Spent {
  /** Looks that are left. */
  readonly left: number
  /** In which pause, counted from the epoch. */
  readonly slot: number
}

/**
 * An agent in trouble reports it a thousand times a second, and its alert is open already: this process then looks again
 * once a second, not for every report. Memory is bounded: of many the oldest is forgotten, which costs one look.
 */
export class Damper {
  readonly #spent = new Map<string, Spent>()

  /** True while another look would find nothing that is not known. */
  rests(key: string, now: number): boolean {
    const spent = this.#spent.get(key)
    return spent !== undefined && leftAt(spent, now) < 1
  }

  /** A look found the alert. */
  found(key: string, now: number): void {
    const spent = this.#spent.get(key)
    this.#spent.delete(key)
    if (this.#spent.size >= MAX_ALERTS) this.#spent.delete(this.#spent.keys().next().value ?? '')
    this.#spent.set(key, { left: (spent === undefined ? BURST : leftAt(spent, now)) - 1, slot: slotOf(now) })
  }
}

const slotOf = (now: number): number => Math.floor(now / PAUSE_MS)
const leftAt = ({ left, slot }: Spent, now: number): number => Math.min(BURST, left + Math.max(0, slotOf(now) - slot))
