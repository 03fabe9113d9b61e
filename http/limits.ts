import { isIPv6 } from 'node:net'
import type { Actor } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { memoised } from '#core/kernel/memo'
import type { Runtime } from '#core/kernel/runtime'
import { limits, type MinuteCounter, type Verdict } from '#core/limits/index'
import { knownSettings } from '#core/settings/index'
import { Refusal } from './errors.ts'
import type { Headers } from './send.ts'

interface Limit {
  readonly counter: MinuteCounter
  readonly key: string
  readonly perMinute: number
  readonly orgId?: string
}

/**
 * The limits of one caller, its own and that of its org: headers of the tighter one when any applies, a 429 when one is
 * used up. A promise only when there is a limit or the org was never seen here.
 */
export function limitCaller(runtime: Runtime, actor: Actor): Headers | undefined | Promise<Headers | undefined> {
  const settings = runtime.use(knownSettings).of(actor.orgId)
  if (settings instanceof Promise) return settings.then((known) => limited(runtime, actor, known.rate_limit_per_minute))
  return limited(runtime, actor, settings.rate_limit_per_minute)
}

function limited(runtime: Runtime, actor: Actor, ofOrg: number): Promise<Headers> | undefined {
  const own = actor.rateLimitPerMinute ?? runtime.settings.rate_limit_per_key
  if (own === 0 && ofOrg === 0) return undefined
  const { orgId } = actor
  const open = runtime.use(limits)
  const caller = { counter: open.of('caller'), key: callerKey(actor), perMinute: own, orgId }
  if (ofOrg === 0) return takeOne(runtime, caller)
  const org = { counter: open.of('org'), key: orgId, perMinute: ofOrg, orgId }
  return own === 0 ? takeOne(runtime, org) : takeBoth(runtime, caller, org)
}

/** A key counts with those it was rotated from. A person is one caller in each of their orgs. */
export function callerKey({ kind, orgId, principalId, lineage }: Actor): string {
  if (kind === 'key') return lineage ?? principalId
  return kind === 'grant' ? principalId : `${orgId} ${principalId}`
}

/** Calls without a valid credential are counted per address; an IPv6 address by its /64, which one host owns. */
export function limitAddress(runtime: Runtime, address: string): Headers | undefined | Promise<Headers> {
  const perMinute = runtime.settings.rate_limit_unauthenticated
  if (perMinute === 0) return undefined
  const counter = runtime.use(limits).of('address')
  return takeOne(runtime, { counter, key: addressBlock(address), perMinute })
}

/** Events that an org sends in the dialect of ClawTrait, by its plan. */
export function limitPlan(runtime: Runtime, orgId: string, perMinute: number): Promise<Headers> {
  return takeOne(runtime, { counter: runtime.use(limits).of('clawtrait'), key: orgId, perMinute, orgId })
}

/** The look-up of a key never seen here, refused after as many failed ones: a flood must not reach the database. */
export async function limitLookUp<T>(runtime: Runtime, address: string, lookUp: () => Promise<T>): Promise<T> {
  const perMinute = runtime.settings.rate_limit_unauthenticated
  if (perMinute === 0) return lookUp()
  const counter = runtime.use(limits).of('look_up')
  const key = addressBlock(address)
  told(await counter.peek(key, perMinute, runtime.now().getTime()))
  try {
    return await lookUp()
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'unauthenticated') {
      await counter.take(key, perMinute, runtime.now().getTime())
    }
    throw thrown
  }
}

function takeOne(runtime: Runtime, { counter, key, perMinute, orgId }: Limit): Promise<Headers> {
  return counter.take(key, perMinute, runtime.now().getTime(), orgId).then(told)
}

/** Counts a call against both or against none: what one refuses uses up nothing of the other. */
async function takeBoth(runtime: Runtime, caller: Limit, org: Limit): Promise<Headers> {
  const at = runtime.now().getTime()
  const [own, ofOrg] = await Promise.all([
    caller.counter.take(caller.key, caller.perMinute, at, caller.orgId),
    org.counter.take(org.key, org.perMinute, at, org.orgId),
  ])
  if (!own.allowed && ofOrg.allowed) await org.counter.giveBack(org.key, at)
  if (own.allowed && !ofOrg.allowed) await caller.counter.giveBack(caller.key, at)
  if (!own.allowed || !ofOrg.allowed) return told(own.allowed ? ofOrg : own)
  return told(ofOrg.remaining < own.remaining ? ofOrg : own)
}

function told(verdict: Verdict): Headers {
  const headers = limitHeaders(verdict)
  if (verdict.allowed) return headers
  const fault = new Fault('rate_limited', 'Rate limit exceeded. Please slow down.', { retryAfter: verdict.reset })
  throw new Refusal(fault, headers)
}

/** The two headers that a limit alone decides: limits are few and calls are many. */
const fixedHeaders = memoised((limit) => ({
  'RateLimit-Policy': `"minute";q=${limit};w=60`,
  'X-RateLimit-Limit': limit,
}))

function limitHeaders({ limit, remaining, reset }: Verdict): Headers {
  return {
    ...fixedHeaders(String(limit)),
    RateLimit: `"minute";r=${remaining};t=${reset}`,
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
