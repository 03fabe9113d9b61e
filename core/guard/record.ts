import { cut } from '#core/kernel/text'
import { sightings, type Sighting } from '#core/agents/index'
import type { Grade } from '#core/evidence/index'
import { releaseReservations } from '#core/observations/index'
import { redactDeep, redactText, type InjectionScan } from '#core/scans/index'
import type { Context } from '../kernel/context.ts'
import { isControlMoved, type Recordable, type Recorded, type Row } from './record.rules.ts'
import { persistFailed, recorder } from './recorder.ts'
import { restoreApproval } from './approved.ts'
import { CountedAct } from './counted.rules.ts'
import { decide, reasonOf, sessionOf, type Decided, type DecideOptions } from './decide.ts'
import { statusesOf } from './answer.rules.ts'
import { agentOf } from './facts.ts'
import { speakerNow } from './identity.ts'
import type { ActRequest } from './schema.ts'
import { snapshots } from './snapshot.ts'
import { versioned } from './versions.ts'
import { assertKeyValidUnder } from '#core/keys/index'

/** Rows that must be written together with the decision, or not at all. */
export interface Companions {
  readonly action?: Row
  readonly approval?: Row
  readonly entries?: Recordable['entries']
  readonly events?: Recordable['events']
}

export interface RecordOptions extends DecideOptions {
  readonly source: 'guard' | 'action'
  readonly priorDecisionId?: string | null
  readonly idempotency?: { readonly key: string; readonly digest: string }
  /** Control revision the identity was found out under; null when it depends on nothing of the org. */
  readonly identityControl: number | null
  /** The action's signature, to be looked at again when a key may be gone. */
  readonly signing?: { readonly agentId: string | null; readonly signature: string | undefined }
  /** Where an action comes with the decision: not when nobody has to be asked. */
  readonly actionOnlyToAsk?: true
  /** Builds what goes with the decision, once it is known. */
  readonly companions?: (decided: Decided) => Companions
}

export interface DecidedAndRecorded {
  readonly decided: Decided
  readonly recorded: Recorded
  readonly companions: Companions
}

/** Changes of policy that may overtake one call before it gives up. */
const MAX_ROUNDS = 20

/**
 * Decides and records. Nothing is answered that is not on disk, and nothing is recorded that was decided under
 * policies, controls or keys that no longer hold: then it is decided again.
 */
export async function decideAndRecord(
  ctx: Context,
  request: ActRequest,
  options: RecordOptions,
): Promise<DecidedAndRecorded> {
  const known = ctx.runtime.use(snapshots)
  const { orgId } = ctx.actor
  const act = new CountedAct(options.linked)
  let { identity, identityControl } = options
  for (let round = 0; ; round += 1) {
    const snapshot = round === 0 ? (known.now(orgId) ?? (await known.get(orgId))) : await known.reload(orgId)
    await assertKeyValidUnder(ctx, snapshot.control)
    if (identityControl !== null && identityControl !== snapshot.control) {
      identity = await speakerNow(ctx, snapshot, identity, options.signing)
      identityControl = snapshot.control
    }
    const asked = await versioned(snapshot, request, agentOf(ctx, request))
    const decided = await decide(ctx, snapshot, asked, { ...options, identity, ...act.before() })
    act.decided(decided)
    const companions = options.companions?.(decided) ?? {}
    try {
      const recorded = await ctx.runtime
        .use(recorder)
        .record(recordableOf(ctx, decided, asked, { ...options, written: companions }))
      if (companions.approval) known.noteApproval(orgId)
      if (act.reserved && decided.decision === 'block') await release(ctx, decided.id)
      return { decided, recorded, companions }
    } catch (error) {
      const again = isControlMoved.test(error) && round < MAX_ROUNDS
      if (act.reserved && !again) await release(ctx, decided.id)
      if (decided.consumed) await restoreApproval(ctx, decided.consumed, decided.id)
      if (!again) throw isControlMoved.test(error) ? persistFailed(error) : error
    }
  }
}

/** An act that will not happen holds no budget. When this fails the reservation lapses by itself. */
async function release(ctx: Context, decisionId: string): Promise<void> {
  try {
    await ctx.db.transaction().execute((trx) => releaseReservations(trx, ctx.actor.orgId, decisionId))
  } catch (error) {
    ctx.log.warn({ err: error, decision: decisionId }, 'a budget reservation was left to lapse')
  }
}

function recordableOf(
  ctx: Context,
  decided: Decided,
  request: ActRequest,
  options: RecordOptions & { readonly written: Companions },
): Recordable {
  const companions = options.written
  const { facts } = decided.gathered
  const at = facts.at
  const sessionId = sessionOf(request)
  const kept = keptRequest(request)
  const decision = decisionRow(ctx, decided, kept, options)
  return {
    orgId: ctx.actor.orgId,
    control: decided.snapshot.control,
    agentId: decided.agentId,
    outcome: decided.decision,
    actionType: facts.actionType,
    at,
    entries: [
      { kind: 'decision', ref: decided.id, at, data: ledgerData(ctx, decided, options) },
      ...(companions.entries ?? []),
    ],
    decision,
    context: contextOf(decided, kept),
    evidence: storedEvidence(facts.evidence),
    events: companions.events ?? [],
    ...sightingOf(ctx, decided, decision['agent_name']),
    ...(companions.action ? { action: companions.action } : {}),
    ...(companions.approval ? { approval: companions.approval } : {}),
    ...(options.idempotency ? { idempotency: options.idempotency } : {}),
    ...(sessionId === null ? {} : { session: { id: sessionId, flags: facts.evidence?.flags ?? [] } }),
  }
}

/** Where enrolment is closed, an agent that nobody knows is not made known by asking, whatever it is told. */
function sightingOf(ctx: Context, { agentId, snapshot, gathered }: Decided, name: unknown): { sighting?: Sighting } {
  if (agentId === null) return {}
  const { orgId } = ctx.actor
  const open = snapshot.settings.agent_enrolment === 'open'
  if (!open && !ctx.runtime.use(sightings).remembers(orgId, agentId)) return {}
  const agent_name = typeof name === 'string' ? name : null
  return { sighting: { org_id: orgId, agent_id: agentId, agent_name, at: gathered.facts.at, open } }
}

/** What a stranger may verify later; the request itself stays out of it, its digest is in. */
function ledgerData(ctx: Context, decided: Decided, options: RecordOptions): Row {
  const { facts } = decided.gathered
  return {
    source: options.source,
    decision: decided.decision,
    principal: ctx.actor.principalId,
    agent: decided.agentId,
    action_type: redacted(facts.actionType),
    declared_action_type: redacted(facts.declaredActionType),
    risk: facts.risk,
    act_digest: decided.digest,
    policies: decided.matched,
    reasons: decided.reasons.map((reason) => cut(String(redacted(reason)), 500)),
    policy_revision: decided.snapshot.control,
    degraded: decided.degraded !== null,
    prior: options.priorDecisionId ?? null,
    ...statusesOf(decided),
    ...proofOf(decided),
    approval: decided.consumed?.approvalId ?? null,
  }
}

/** What the agent was verified by, so that it can be looked into later. */
function proofOf({ identity }: Decided): Row {
  const { by, claims, tokenUse } = identity
  if (by === null) return {}
  return { verified_by: by, ...(claims ? { issuer: claims.issuer, token_use: tokenUse } : {}) }
}

function decisionRow(ctx: Context, decided: Decided, kept: Row, options: RecordOptions): Row {
  const { facts } = decided.gathered
  const { request } = facts
  return {
    org_id: ctx.actor.orgId,
    id: decided.id,
    source: options.source,
    agent_id: decided.agentId,
    agent_name: kept['agent_name'] ?? null,
    agent_version: kept['agent_version'] ?? null,
    principal_id: ctx.actor.principalId,
    session_id: sessionOf(request),
    action_type: facts.actionType,
    declared_action_type: kept['action_type'],
    declared_goal: kept['declared_goal'] ?? null,
    target: facts.target === request.target ? kept['target'] : redacted(facts.target),
    decision: decided.decision,
    reason: redacted(reasonOf(decided)),
    warnings: decided.warnings,
    matched_policies: decided.matched,
    risk_score: facts.risk,
    agent_risk_score: request.risk_score ?? null,
    ...statusesOf(decided),
    jti: decided.identity.claims?.jti ?? null,
    act_digest: decided.digest,
    intent_source: facts.intentSource,
    degraded: decided.degraded !== null,
    policy_revision: decided.snapshot.control,
    prior_decision_id: options.priorDecisionId ?? null,
    idempotency_key: options.idempotency?.key ?? null,
    created_at: facts.at,
  }
}

/** Only findings quote the act; a grade without any holds nothing to redact. */
function storedEvidence(grade: Grade | null): unknown {
  if (grade === null || (grade.reasons.length === 0 && grade.writePaths.length === 0 && grade.target === null))
    return grade
  return redactDeep(grade).value
}

const CONTENT_KEPT = 4096

/** The request as it is kept: shortened, secrets replaced. */
function keptRequest(request: ActRequest): Row {
  const { content } = request
  const kept = content === undefined ? request : { ...request, content: cut(content, CONTENT_KEPT) }
  return redactDeep(kept).value as Row
}

/**
 * Enough to explain the decision and to replay it under another policy. What is empty stays away, and so does
 * what the row has in a column of its own: readers take absent for empty.
 */
function contextOf(decided: Decided, request: Row): Row {
  const { facts, breakdown, injection } = decided.gathered
  const { observed, verdict, degraded } = decided
  return {
    request,
    facts: {
      keyId: facts.keyId,
      ...(facts.writePaths.length > 0 ? { writePaths: redactDeep(facts.writePaths).value } : {}),
      ...(injection.score > 0 ? { injection: keptInjection(injection) } : {}),
      ...(facts.session ? { session: facts.session } : {}),
      ...(facts.permissionLevel === null ? {} : { permissionLevel: facts.permissionLevel }),
    },
    reasons: decided.reasons,
    // It quotes nothing but the type, so it is looked through only when that held a secret.
    risk_breakdown:
      redacted(facts.declaredActionType) === facts.declaredActionType ? breakdown : redactDeep(breakdown).value,
    ...(observed.size > 0 ? { observed: Object.fromEntries(observed) } : {}),
    ...(verdict && verdict.clauses.length > 0 ? { clauses: redactDeep(verdict.clauses).value } : {}),
    ...(verdict && verdict.shadow.length > 0 ? { shadow: redactDeep(verdict.shadow).value } : {}),
    ...(degraded ? { degradation: degraded } : {}),
    ...(decided.identity.by === null ? {} : { identity: proofOf(decided) }),
  }
}

function keptInjection({ score, risk_level, categories, combined }: InjectionScan): Row {
  return { score, risk_level, categories, combined }
}

function redacted(text: string | null): string | null {
  return text === null ? null : redactText(text).text
}
