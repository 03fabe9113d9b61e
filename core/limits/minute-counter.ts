import { RateLimiterMemory } from 'rate-limiter-flexible'

const WINDOW_MS = 60_000
/** Keys beyond the bound share this many counts. */
const SHARED = 1024

export interface Verdict {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  /** Seconds until the current window ends. */
  readonly reset: number
}

/** What one replica used of one key in one minute. */
export interface Usage {
  readonly orgId: string
  readonly key: string
  readonly minute: number
  readonly used: number
}

/** Sums over the other replicas, by key. */
export type Foreign = ReadonlyMap<string, number>

interface Minute {
  readonly number: number
  readonly counts: RateLimiterMemory
  /** The org of each key that was counted here. */
  readonly orgs: Map<string, string>
  foreign: Foreign
}

interface Past {
  readonly own: ReadonlyMap<string, number>
  readonly orgs: ReadonlyMap<string, string>
  foreign: Foreign
}

const nothing: Past = { own: new Map(), orgs: new Map(), foreign: new Map() }

/**
 * Sliding window in two minutes: the minute before weighs in by the part of it that still lies within the last sixty
 * seconds. Memory is bounded: of one minute at most `maxKeys` keys have a count of their own.
 */
export class MinuteCounter {
  readonly #maxKeys: number
  #minute: Minute
  #past: Past = nothing

  constructor(maxKeys: number, at: number) {
    this.#maxKeys = maxKeys
    this.#minute = minuteOf(Math.floor(at / WINDOW_MS))
  }

  /** Counts one call, unless it is above the limit. `orgId` is empty for what belongs to none. */
  take(given: string, limit: number, at: number, orgId = ''): Promise<Verdict> {
    const minute = this.#turn(at)
    const key = minute.orgs.size < this.#maxKeys ? given : sharedKey(minute, given)
    // Counted before anything waits, so that parallel calls never pass on the same room.
    return minute.counts.consume(key).then(({ consumedPoints, isFirstInDuration }) => {
      if (isFirstInDuration) minute.orgs.set(key, orgId)
      const verdict = this.#verdict(minute, key, consumedPoints - 1, limit, at)
      return verdict.allowed ? verdict : minute.counts.reward(key).then(() => verdict)
    })
  }

  /** Gives one call back that was counted but refused for another reason. */
  async giveBack(given: string, at: number): Promise<void> {
    const minute = this.#turn(at)
    if (minute.orgs.has(given)) await minute.counts.reward(given)
  }

  /** The same answer as `take`, but nothing is counted. */
  async peek(given: string, limit: number, at: number): Promise<Verdict> {
    const minute = this.#turn(at)
    const key = minute.orgs.size < this.#maxKeys ? given : sharedKey(minute, given)
    const known = await minute.counts.get(key)
    return this.#verdict(minute, key, known?.consumedPoints ?? 0, limit, at)
  }

  /** What was used here in this minute and the one before. */
  used(at: number): Usage[] {
    const { number, counts, orgs } = this.#turn(at)
    return [...usages(number - 1, this.#past.own, this.#past.orgs), ...usages(number, ownCounts(counts), orgs)]
  }

  /** Takes over what the other replicas used, of whichever of these minutes still counts. */
  learn(minute: number, foreign: Foreign): void {
    if (minute === this.#minute.number) this.#minute.foreign = foreign
    else if (minute === this.#minute.number - 1 && this.#past !== nothing) this.#past.foreign = foreign
    else if (minute === this.#minute.number - 1) this.#past = { ...nothing, foreign }
  }

  get keys(): number {
    return this.#minute.orgs.size
  }

  /** A clock that steps back stays in the minute it was in. */
  #turn(at: number): Minute {
    const number = Math.floor(at / WINDOW_MS)
    const minute = this.#minute
    if (number <= minute.number) return minute
    const { counts, orgs, foreign } = minute
    this.#past = number === minute.number + 1 ? { own: ownCounts(counts), orgs, foreign } : nothing
    return (this.#minute = minuteOf(number))
  }

  // oxlint-disable-next-line max-params -- on the way of every call: no object is made to carry them
  #verdict(minute: Minute, key: string, used: number, limit: number, at: number): Verdict {
    const passed = Math.max(0, (at - minute.number * WINDOW_MS) / WINDOW_MS)
    const before = countIn(this.#past.own, key) + countIn(this.#past.foreign, key)
    const total = before * (1 - passed) + used + countIn(minute.foreign, key)
    const allowed = total + 1 <= limit
    const remaining = Math.max(0, Math.floor(limit - total - (allowed ? 1 : 0)))
    return { allowed, limit, remaining, reset: Math.max(1, Math.ceil(((1 - passed) * WINDOW_MS) / 1000)) }
  }
}

const countIn = (counts: ReadonlyMap<string, number>, key: string): number =>
  counts.size === 0 ? 0 : (counts.get(key) ?? 0)

/** Without a duration no count has a timer of its own: all of a minute go together. */
function minuteOf(number: number): Minute {
  const counts = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 0, keyPrefix: '' })
  return { number, counts, orgs: new Map(), foreign: new Map() }
}

function ownCounts(counts: RateLimiterMemory): ReadonlyMap<string, number> {
  return new Map(counts.dump().storage.map(({ key, value }) => [String(key), value]))
}

function usages(minute: number, own: ReadonlyMap<string, number>, orgs: ReadonlyMap<string, string>): Usage[] {
  return [...own].map(([key, used]) => ({ orgId: orgs.get(key) ?? '', key, minute, used }))
}

/** In a flood of more keys than there is room for, the late ones share counts: never forgotten, so never let through. */
function sharedKey({ orgs }: Minute, key: string): string {
  if (orgs.has(key)) return key
  let sum = 0
  for (let index = 0; index < key.length; index += 1) sum = (sum * 31 + key.charCodeAt(index)) | 0
  return `shared ${(sum >>> 0) % SHARED}`
}
