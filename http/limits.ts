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
    const window = Math.floor(at / WINDOW_MS)
    const count = this.#count(key, window)
    const passed = (at % WINDOW_MS) / WINDOW_MS
    const used = count.before * (1 - passed) + count.now
    const allowed = used + 1 <= limit
    if (allowed) count.now += 1
    const remaining = Math.max(0, Math.floor(limit - used - (allowed ? 1 : 0)))
    return { allowed, limit, remaining, reset: Math.max(1, Math.ceil(((1 - passed) * WINDOW_MS) / 1000)) }
  }

  /** The same answer without counting the question. */
  peek(key: string, limit: number, at: number): Verdict {
    const known = this.#counts.get(key)
    const window = Math.floor(at / WINDOW_MS)
    const [now, before] = known ? countsAt(known, window) : [0, 0]
    return verdictOf(before, now, limit, at)
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

function take(runtime: Runtime, key: string, limit: number): Headers {
  const verdict = runtime.use(limiter).take(key, limit, runtime.now().getTime())
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
