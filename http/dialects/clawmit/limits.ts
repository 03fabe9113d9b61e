import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { limits, takeOfDay } from '#core/limits/index'
import { knownSettings } from '#core/settings/index'
import type { Caller } from '../../answer.ts'
import { Refusal } from '../../errors.ts'
import { addressBlock, callerKey } from '../../limits.ts'
import type { Headers } from '../../send.ts'

type Verdict = Awaited<ReturnType<typeof takeOfDay>>

/** Of who has not said who they are: the limit of one key. */
const PER_ADDRESS = 100

/**
 * The document's limits: so many calls a minute of one key, so many a day of one account, as the org has set them. The
 * headers are those of the tighter one. A call that one refuses uses up nothing of the other.
 */
export async function limitCalls(runtime: Runtime, { actor, credentials }: Caller): Promise<Headers> {
  const now = runtime.now()
  const at = now.getTime()
  if (credentials === undefined) return limitStranger(runtime, actor.address ?? 'unknown')
  const { orgId } = actor
  const settings = await runtime.use(knownSettings).of(orgId)
  const { clawmit_requests_per_minute: perMinute, clawmit_requests_per_day: perDay } = settings
  const [counter, key] = [runtime.use(limits).of('caller'), `clawmit ${callerKey(actor)}`]
  const minute = perMinute === 0 ? null : await counter.take(key, perMinute, at, orgId)
  if (minute?.allowed === false) throw refused(minute, at)
  const day = perDay === 0 ? null : await takeOfDay(runtime.db, { orgId, kind: 'clawmit', perDay }, now)
  if (day?.allowed === false) {
    if (minute) await counter.giveBack(key, at)
    throw refused(day, at)
  }
  const tighter = minute && day ? (day.remaining < minute.remaining ? day : minute) : (minute ?? day)
  return tighter === null ? {} : headersOf(tighter, at)
}

/** Also of a call whose credential is wrong. */
export async function limitStranger(runtime: Runtime, address: string): Promise<Headers> {
  const at = runtime.now().getTime()
  const key = `clawmit ${addressBlock(address)}`
  const verdict = await runtime.use(limits).of('address').take(key, PER_ADDRESS, at)
  if (!verdict.allowed) throw refused(verdict, at)
  return headersOf(verdict, at)
}

function refused(verdict: Verdict, at: number): Refusal {
  const message = 'Rate limit exceeded. Please slow down.'
  return new Refusal(new Fault('rate_limited', message, { retryAfter: verdict.reset }), headersOf(verdict, at))
}

function headersOf({ limit, remaining, reset }: Verdict, at: number): Headers {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(Math.ceil(at / 1000) + reset),
  }
}
