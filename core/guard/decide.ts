import {
  evaluate,
  needs,
  stricter,
  type Decision,
  type Observation,
  type PolicyNeed,
  type Verdict,
} from '#core/policies/index'
import { observeNeeds } from '#core/observations/index'
import { notRegistered, sightings } from '#core/agents/index'
import type { Context } from '../kernel/context.ts'
import { newDecisionId } from '../kernel/id.ts'
import { redactText } from '#core/scans/index'
import { agentOf, gatherFacts, withSession, type Gathered } from './facts.ts'
import type { Linked } from './counted.rules.ts'
import { actDigest } from './digest.rules.ts'
import { actStatus } from './identity.rules.ts'
import type { ActStatus, ClaimedIdentity } from '#core/identities/index'
import { consumeApproval, type Consumed } from './approved.ts'
import { raiseByFindings } from './raise.rules.ts'
import { sessionFacts } from './session.ts'
import type { ActRequest } from './schema.ts'
import { snapshots, type Halt, type Snapshot } from './snapshot.ts'

export interface Degradation {
  readonly kind: 'deadline' | 'error'
  readonly deadline_ms: number
  readonly action: Decision
  readonly phase_in_flight: string
}

export interface Decided {
  readonly id: string
  readonly decision: Decision
  readonly reasons: readonly string[]
  readonly warnings: readonly string[]
  readonly matched: readonly string[]
  readonly verdict: Verdict | null
  readonly gathered: Gathered
  readonly agentId: string | null
  readonly identity: ClaimedIdentity
  readonly actStatus: ActStatus
  readonly digest: string
  readonly observed: ReadonlyMap<string, Observation>
  /** True when budgets were reserved under this decision's id. */
  readonly reserved: boolean
  readonly degraded: Degradation | null
  /** The approval that this decision used up, when it lowered require_approval to allow. */
  readonly consumed: Consumed | null
  readonly snapshot: Snapshot
}

export interface DecideOptions {
  /** What the call proves about the agent that speaks; the request is in that agent's name. */
  readonly identity: ClaimedIdentity
  /** The earlier decision of this same act, when there is one. */
  readonly linked?: Linked | undefined
  /** Kept when the same call is decided again; a new one when absent. */
  readonly id?: string
  /** False where nothing may be used up: simulations, and creating an action (which resumes the approved one). */
  readonly consume: boolean
}

/**
 * Decides one act. Only raises, but for grants inside the evaluation and a consumed approval after it.
 * Never throws for anything that goes wrong while deciding: that becomes the org's fallback, marked degraded.
 */
export async function decide(
  ctx: Context,
  snapshot: Snapshot,
  request: ActRequest,
  options: DecideOptions,
): Promise<Decided> {
  const agentId = agentOf(ctx, request)
  const gathered = gatherFacts(ctx, request, agentId)
  const start = {
    id: options.id ?? newDecisionId(),
    gathered,
    agentId,
    identity: options.identity,
    actStatus: actStatus(options.identity, request),
    digest: actDigest(agentId, request),
    observed: new Map<string, Observation>(),
    reserved: false,
    degraded: null,
    consumed: null,
    snapshot,
  }
  const stopped =
    haltOf(snapshot, agentId) ??
    (snapshot.settings.agent_enrolment === 'closed' ? await strangerOf(ctx, agentId) : null)
  if (stopped) {
    return {
      ...start,
      decision: 'block',
      reasons: [stopped.reason],
      warnings: [],
      matched: [stopped.id],
      verdict: null,
    }
  }
  const wanted = needs(snapshot.policies, gathered.facts)
  const sessionId = sessionOf(request)
  if (wanted.length === 0 && !(snapshot.policies.usesSession && sessionId)) {
    return settle(ctx, start, evaluate(snapshot.policies, gathered.facts, start.observed), options)
  }
  return decideWithDeadline(ctx, { ...start, wanted, sessionId, options })
}

type Start = Omit<Decided, 'decision' | 'reasons' | 'warnings' | 'matched' | 'verdict'>

interface Work extends Start {
  readonly wanted: readonly PolicyNeed[]
  readonly sessionId: string | null
  readonly options: DecideOptions
}

async function decideWithDeadline(ctx: Context, work: Work): Promise<Decided> {
  const { snapshot } = work
  const deadline = snapshot.settings.guard_deadline_ms
  const timeout = AbortSignal.timeout(deadline)
  const signal = AbortSignal.any([timeout, ctx.signal])
  const started = performance.now()
  let phase = 'session'
  const { wanted, sessionId, options, ...start } = work
  try {
    const gathered =
      sessionId && snapshot.policies.usesSession
        ? withSession(start.gathered, await race(sessionFacts(ctx, sessionId), signal))
        : start.gathered
    phase = 'observations'
    const preliminary = evaluate(snapshot.policies, gathered.facts, skipped(wanted))
    const { observed, reservations } = await race(
      observeNeeds(ctx.runtime, ctx.actor.orgId, wanted, gathered.facts, {
        signal,
        count: true,
        reference: start.id,
        preliminary,
        remainingMs: deadline,
        fallback: snapshot.settings.guard_fallback,
        linked: options.linked,
      }),
      signal,
    )
    const degraded = judgedAll(wanted, observed)
      ? null
      : degradation(snapshot, phase, performance.now() - started >= deadline * LATE ? 'deadline' : 'error')
    phase = 'evaluation'
    const verdict = evaluate(snapshot.policies, gathered.facts, observed)
    const found = { ...start, gathered, observed, reserved: reservations.length > 0, degraded }
    return await settle(ctx, found, verdict, options)
  } catch (error) {
    ctx.signal.throwIfAborted()
    ctx.log.warn({ err: error, phase, request_id: ctx.requestId }, 'guard decision degraded')
    return fallBack(snapshot, start, phase, timeout.aborted ? 'deadline' : 'error')
  }
}

/** What needs nothing from outside still counts: the fallback can only add to it. */
function fallBack(snapshot: Snapshot, start: Start, phase: string, kind: Degradation['kind']): Decided {
  const local = evaluate(snapshot.policies, start.gathered.facts, new Map())
  const raised = raiseByFindings(start, local)
  const { guard_fallback: fallback, guard_deadline_ms: deadline } = snapshot.settings
  const why = kind === 'deadline' ? `it took longer than ${deadline} ms` : 'something it needed failed'
  return {
    ...start,
    ...raised,
    // Whatever was reserved before the work was given up.
    reserved: true,
    decision: stricter(raised.decision, fallback),
    reasons: [
      ...raised.reasons,
      `The decision could not be completed (${why}); the org's fallback ${fallback} applies.`,
    ],
    verdict: local,
    degraded: degradation(snapshot, phase, kind),
  }
}

/** What is asked outside is given up a little before the deadline, so that it can still be told. */
const LATE = 0.85

/** False when a policy that is enforced could not find out what it needs: its own fallback then stands in the verdict. */
function judgedAll(wanted: readonly PolicyNeed[], observed: ReadonlyMap<string, Observation>): boolean {
  return wanted.every((need) => need.mode === 'shadow' || observed.get(need.policyId)?.kind !== 'failed')
}

function degradation({ settings }: Snapshot, phase: string, kind: Degradation['kind']): Degradation {
  return { kind, deadline_ms: settings.guard_deadline_ms, action: settings.guard_fallback, phase_in_flight: phase }
}

/** The scans that are not policies, then the approval that may answer for the act. */
async function settle(ctx: Context, start: Start, verdict: Verdict, options: DecideOptions): Promise<Decided> {
  const raised = raiseByFindings(start, verdict)
  const decided: Decided = { ...start, ...raised, verdict }
  // A person's yes to this very act answers every rule that asks for one; a block it never answers.
  if (decided.decision !== 'require_approval' || !options.consume) return decided
  if (!ctx.runtime.use(snapshots).mayHoldApproval(ctx.actor.orgId)) return decided
  const consumed = await consumeApproval(ctx, {
    agentId: decided.agentId,
    digest: decided.digest,
    risk: decided.gathered.facts.risk,
    matched: decided.matched,
    releasedTo: decided.id,
  })
  if (!consumed) return decided
  return {
    ...decided,
    decision: 'allow',
    reasons: [],
    warnings: [
      ...decided.warnings,
      `Approved by ${consumed.approvedBy}; the approval of ${consumed.actionId} is used up by this call.`,
    ],
    matched: [...decided.matched, 'builtin:operator_approval'],
    consumed,
  }
}

/** True when the org is halted or the agent paused. */
export function isStopped(snapshot: Snapshot, agentId: string | null): boolean {
  return haltOf(snapshot, agentId) !== null
}

/** The id that a block by closed enrolment matches. */
export const ENROLMENT = 'builtin:enrolment'

/** Why an agent may not act where enrolment is closed; null for one that was seen or registered. */
async function strangerOf(ctx: Context, agentId: string | null): Promise<Stop | null> {
  try {
    if (agentId !== null && (await ctx.runtime.use(sightings).isKnown(ctx.actor.orgId, agentId))) return null
    return { reason: notRegistered(agentId), id: ENROLMENT }
  } catch (error) {
    ctx.log.warn({ err: error, request_id: ctx.requestId }, 'an agent could not be looked up')
    return { reason: `Whether the agent "${agentId}" is registered could not be found out.`, id: ENROLMENT }
  }
}

interface Stop {
  readonly reason: string
  readonly id: string
}

function haltOf(snapshot: Snapshot, agentId: string | null): Stop | null {
  if (snapshot.halt) return { reason: `The organization is halted ${told(snapshot.halt)}`, id: 'builtin:halt' }
  const pause = agentId === null ? undefined : snapshot.paused.get(agentId)
  return pause ? { reason: `The agent ${agentId} is paused ${told(pause)}`, id: 'builtin:pause' } : null
}

function told({ by, reason, at }: Halt): string {
  return `by ${by} since ${at.toISOString()}: ${reason ?? 'no reason given'}.`
}

/** All reasons in one line; the full stop of one that is followed by another gives way. */
export function reasonOf({ reasons }: Pick<Decided, 'reasons'>): string | null {
  if (reasons.length === 0) return null
  return [...reasons.slice(0, -1).map((reason) => reason.replace(/\.$/, '')), ...reasons.slice(-1)].join('; ')
}

/** The session an act belongs to, as it is stored everywhere. */
export function sessionOf(request: Pick<ActRequest, 'session_id' | 'harness_session_id'>): string | null {
  const id = request.session_id ?? request.harness_session_id
  return id === undefined ? null : redactText(id).text
}

function skipped(wanted: readonly PolicyNeed[]): Map<string, Observation> {
  return new Map(wanted.map((need) => [need.policyId, { kind: 'skipped', why: 'asked for next' }]))
}

/** Stops waiting when the deadline passes; the work itself gets the same signal and is cancelled. */
function race<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) {
      onAbort()
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
