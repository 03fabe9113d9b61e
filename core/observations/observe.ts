import type { Decision, Facts, Observation, PolicyNeed } from '#core/policies/index'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { isSpend } from './budget.rules.ts'
import { budgetReservations, lookAtBudget, reservationState, type BudgetNeed } from './budget.store.ts'
import { lookAtRate, rateCounts, type RateNeed } from './rate.store.ts'
import { inTime } from './in-time.ts'
import { takeAgain } from './renew.store.ts'
import { askModel, type SemanticNeed } from './semantic.ts'
import { askWebhook, type WebhookNeed } from './webhook.ts'
import type { Preliminary } from './webhook.rules.ts'

export interface ObserveOptions {
  readonly signal: AbortSignal
  /** False = look at counters and budgets, neither count nor reserve, as in a simulation. */
  readonly count: boolean
  /** Id of the decision; reservations are settled under it, unless the act is `linked` to an earlier one. */
  readonly reference: string
  /** What the local policies came to; a webhook can only raise it. */
  readonly preliminary?: Preliminary
  /**
   * The decision under which this same act was counted before, and the rate limits that did: it neither counts twice nor
   * stands in its own way. What that decision did not meet, as a policy made since, counts it now.
   */
  readonly linked?: { readonly id: string; readonly counted: ReadonlySet<string> } | undefined
  /** False = no webhook and no language model is asked, as in a simulation. */
  readonly callOut?: boolean
  /** Milliseconds until the decision must be made; the instance's guard deadline when absent. */
  readonly remainingMs?: number
  /** The org's decision for what could not be observed. */
  readonly fallback?: Decision
}

export interface Observed {
  readonly observed: Map<string, Observation>
  /** Ids of the reservations that were made. */
  readonly reservations: string[]
}

/** The slow answer must still be told as such, so it is given up a little before the decision is due. */
const SHARE_OF_DEADLINE = 0.9

interface Look {
  readonly runtime: Runtime
  readonly orgId: string
  readonly facts: Facts
  readonly options: ObserveOptions
  readonly signal: AbortSignal
  readonly reservations: string[]
}

/**
 * Finds out what the matching policies want to know, all at once. What cannot be found out in time becomes `failed` for
 * that policy alone. Rejects only with the Fault `unavailable`, when the database itself is gone.
 */
// oxlint-disable-next-line max-params -- who asks, what, about what, and how: four of them are needed by every look
export async function observeNeeds(
  runtime: Runtime,
  orgId: string,
  needs: readonly PolicyNeed[],
  facts: Facts,
  options: ObserveOptions,
): Promise<Observed> {
  const remaining = options.remainingMs ?? runtime.settings.guard_deadline_ms
  const soon = AbortSignal.timeout(Math.max(1, Math.floor(remaining * SHARE_OF_DEADLINE)))
  const signal = AbortSignal.any([options.signal, soon])
  const look: Look = { runtime, orgId, facts, options, signal, reservations: [] }
  const entries = await Promise.all(needs.map(async (need) => [need.policyId, await settled(look, need)] as const))
  return { observed: new Map(entries), reservations: look.reservations }
}

async function settled(look: Look, need: PolicyNeed): Promise<Observation> {
  try {
    const work = observe(look, need)
    // A webhook settles by itself when the signal fires: its policy's own on_timeout decides.
    return await (need.kind === 'webhook' ? work : inTime(work, look.signal))
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'unavailable') throw thrown
    const { fallback } = look.options
    const why = look.signal.aborted ? 'it could not be found out in time' : whyOf(thrown)
    look.runtime.log.warn({ err: thrown, policy: need.policyId, kind: need.kind }, 'observation failed')
    return { kind: 'failed', why, ...(fallback === undefined ? {} : { fallback }) }
  }
}

async function observe(look: Look, need: PolicyNeed): Promise<Observation> {
  if (need.kind === 'rate') return { kind: 'rate', used: await rateOf(look, need) }
  if (need.kind === 'budget') return budgetOf(look, need)
  return callOut(look, need)
}

async function rateOf({ runtime, orgId, options, signal }: Look, need: RateNeed): Promise<number> {
  if (!options.count) return lookAtRate(runtime, orgId, need)
  if (!options.linked?.counted.has(need.policyId)) {
    return runtime.use(rateCounts).add({ orgId, need, at: runtime.now() }, signal)
  }
  return Math.max(0, (await lookAtRate(runtime, orgId, need)) - 1)
}

async function budgetOf(
  { runtime, orgId, options, signal, reservations }: Look,
  need: BudgetNeed,
): Promise<Observation> {
  if (!isSpend(need.estimate)) throw new RangeError('the estimate is not a usable amount')
  if (!options.count) return { kind: 'budget', exceeded: await lookAtBudget(runtime, orgId, need) }
  const reference = options.linked?.id ?? options.reference
  const before = options.linked && (await reservationState(runtime, orgId, need.policyId, reference))
  if (before === 'lapsed') {
    if (await takeAgain(runtime, orgId, reference)) return { kind: 'budget', exceeded: [] }
    const exceeded = await lookAtBudget(runtime, orgId, need)
    // Another budget of the act stood in the way, so this one holds nothing either: never told as room.
    if (exceeded.length === 0) throw new Error('what the act held of this budget ran out')
    return { kind: 'budget', exceeded }
  }
  if (before) return { kind: 'budget', exceeded: [] }
  const { id, exceeded } = await runtime.use(budgetReservations).add({ orgId, reference, need }, signal)
  if (id !== null) reservations.push(id)
  else if (exceeded.length === 0) throw new Error('the budget changed while it was asked')
  return { kind: 'budget', exceeded }
}

/** A shadow policy must not be felt outside, so nobody is asked on its behalf. */
async function callOut(
  { runtime, orgId, facts, options, signal }: Look,
  need: (WebhookNeed | SemanticNeed) & PolicyNeed,
): Promise<Observation> {
  if (need.mode === 'shadow') return { kind: 'skipped', why: 'a shadow policy asks nobody' }
  if (options.callOut === false) return { kind: 'skipped', why: 'nobody outside is asked in a simulation' }
  if (need.kind === 'semantic') return askModel(runtime, need, facts, signal)
  return askWebhook(runtime, orgId, { need, facts, preliminary: options.preliminary, signal })
}

/** Only sentences that were written to be read; what a database says stays in the log. */
function whyOf(thrown: unknown): string {
  if (thrown instanceof Fault) return thrown.message.replace(/\.$/, '')
  if (thrown instanceof Error && !('code' in thrown)) return thrown.message
  return 'it could not be found out'
}
