import { isIPv6 } from 'node:net'
import type { Actor } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { resource, type Runtime } from '#core/kernel/runtime'
import { Refusal } from './errors.ts'
import type { Headers } from './send.ts'

const WINDOW_MS = 60_000
const MAX_KEYS = 20_000

interface Count {
  window: number
  now: number
  before: number
}

export interface Verdict {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  /** Seconds until the current window ends. */
  readonly reset: number
}

/**
 * Sliding window in two counters per key: the window before weighs in by the part of it that still lies within
 * the last minute. Memory is bounded: beyond 20,000 keys the ones first seen are forgotten.
 */
export class SlidingLimit {
  readonly #counts = new Map<string, Count>()

  take(key: string, limit: number, at: number): Verdict {
    const count = this.#count(key, Math.floor(at / WINDOW_MS))
    const verdict = verdictOf(count, limit, at)
    if (verdict.allowed) count.now += 1
    return verdict
  }

  /** The same answer, but nothing is counted. */
  peek(key: string, limit: number, at: number): Verdict {
    return verdictOf(this.#count(key, Math.floor(at / WINDOW_MS)), limit, at)
  }

  #count(key: string, window: number): Count {
    let count = this.#counts.get(key)
    if (!count) {
      if (this.#counts.size >= MAX_KEYS) this.#counts.delete(this.#counts.keys().next().value ?? '')
      this.#counts.set(key, (count = { window, now: 0, before: 0 }))
    } else if (count.window !== window) {
      count.before = count.window === window - 1 ? count.now : 0
      count.now = 0
      count.window = window
    }
    return count
  }
}

function verdictOf(count: Count, limit: number, at: number): Verdict {
  const passed = (at % WINDOW_MS) / WINDOW_MS
  const used = count.before * (1 - passed) + count.now
  const allowed = used + 1 <= limit
  const remaining = Math.max(0, Math.floor(limit - used - (allowed ? 1 : 0)))
  return { allowed, limit, remaining, reset: Math.max(1, Math.ceil(((1 - passed) * WINDOW_MS) / 1000)) }
}

const limiter = resource<SlidingLimit>({ name: 'http.limits', open: () => new SlidingLimit() })

/** The limit of one caller: headers when one applies, a 429 when it is used up. */
export function limitCaller(runtime: Runtime, actor: Actor): Headers | undefined {
  const limit = actor.rateLimitPerMinute ?? runtime.settings.rate_limit_per_key
  return limit === 0 ? undefined : take(runtime, `key ${actor.orgId} ${actor.principalId}`, limit)
}

/** Calls without a valid credential are counted per address; an IPv6 address by its /64, which one host owns. */
export function limitAddress(runtime: Runtime, address: string): Headers | undefined {
  const limit = runtime.settings.rate_limit_unauthenticated
  return limit === 0 ? undefined : take(runtime, `address ${addressBlock(address)}`, limit)
}

/** The look-up of a key never seen here, refused after as many failed ones: a flood must not reach the database. */
export async function limitLookUp<T>(runtime: Runtime, address: string, lookUp: () => Promise<T>): Promise<T> {
  const limit = runtime.settings.rate_limit_unauthenticated
  if (limit === 0) return lookUp()
  const key = `look-up ${addressBlock(address)}`
  told(runtime.use(limiter).peek(key, limit, runtime.now().getTime()))
  try {
    return await lookUp()
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'unauthenticated') {
      runtime.use(limiter).take(key, limit, runtime.now().getTime())
    }
    throw thrown
  }
}

function take(runtime: Runtime, key: string, limit: number): Headers {
  return told(runtime.use(limiter).take(key, limit, runtime.now().getTime()))
}

function told(verdict: Verdict): Headers {
  const headers = limitHeaders(verdict)
  if (verdict.allowed) return headers
  const fault = new Fault('rate_limited', 'Rate limit exceeded. Please slow down.', { retryAfter: verdict.reset })
  throw new Refusal(fault, headers)
}

function limitHeaders({ limit, remaining, reset }: Verdict): Headers {
  return {
    'RateLimit-Policy': `"minute";q=${limit};w=60`,
    RateLimit: `"minute";r=${remaining};t=${reset}`,
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(reset),
  }
}

/** An address as what one host owns: an IPv6 address by its /64. */
export function addressBlock(address: string): string {
  const bare = address.replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  if (mapped?.[1]) return mapped[1]
  if (!isIPv6(bare)) return bare
  const [head = '', tail] = bare.split('::')
  const left = head === '' ? [] : head.split(':')
  if (tail === undefined) return left.slice(0, 4).join(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}
