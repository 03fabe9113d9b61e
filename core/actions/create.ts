import type { ClaimedIdentity } from '#core/identities/index'
import {
  actionCompanions,
  actNow,
  actStatus,
  actUnder,
  agentOf,
  answerOf,
  claimed,
  countedIn,
  decideAndRecord,
  ENROLMENT,
  identityFindings,
  isStopped,
  requestDigest,
  signerOf,
  snapshots,
  storedAnswer,
  takeRecentDecision,
  type ActionDraft,
  type ActRequest,
  type Linked,
  type Snapshot,
} from '#core/guard/index'
import { redactDeep } from '#core/scans/index'
import type { OrgSettings } from '#core/settings/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { settleRecorded } from './closing.ts'
import { clampTokens, costOf } from './cost.ts'
import type { ActionInput } from './create.op.ts'
import { blocked, replayed, resumed, type Created } from './created.ts'
import { resumable, type Resumable } from './resume.ts'
import { actionToWire, type ActionRow } from './schema.ts'

/** Decides with authority and writes decision, action and approval in one statement. Throws `blocked` with the row. */
export async function createAction(ctx: Context, given: ActionInput): Promise<Created> {
  const speaking = await signerOf(ctx, given, given._signature)
  const { request: input, identity } = speaking
  const agentId = agentOf(ctx, input)
  if (agentId === null) {
    throw new Fault('invalid_input', 'Validation failed', {
      details: ['agent_id: is required: name the agent that acts, as this key is bound to none'],
    })
  }
  const digest = requestDigest(ctx.actor.principalId, { ...input, agent_id: agentId }, identity)
  const known = input.idempotency_key === undefined ? null : await rowOfKey(ctx, input.idempotency_key, digest)
  // A halt overrides a replay, and so does registering the agent: the act is then decided anew, as another row.
  const again = known !== null && ((await isStoppedNow(ctx, agentId)) || (await wasStranger(ctx, known)))
  if (known && !again) return replayed(ctx, known)
  const asked = again ? { ...input, idempotency_key: undefined, action_id: undefined } : input
  const request: ActRequest = { ...asked, agent_id: agentId }
  const act = await actNow(ctx, agentId, request)
  const prior =
    takeRecentDecision(ctx.runtime, ctx.actor.orgId, act) ?? (await knownDecision(ctx, input.guard_decision_id, act))
  const proven = await claimed(ctx, identity, { goesOn: prior?.tokenUse, request: asked.idempotency_key && digest })
  const standing = await resumableFor(ctx, request, { act, prior, identity: proven })
  const by = { identity: proven, control: speaking.control, agentId }
  return standing ? resumed(ctx, standing) : createNew(ctx, asked, request, { digest, prior, by })
}

/** The action that stands for this act, unless the caller is held back for not proving who they are. */
function resumableFor(
  ctx: Context,
  request: ActRequest,
  asked: { readonly act: string; readonly prior: Linked | null; readonly identity: ClaimedIdentity },
): Promise<Resumable | null> {
  const { act, prior, identity } = asked
  const held = (settings: OrgSettings): string[] | null => {
    const found = identityFindings(identity, actStatus(identity, request), settings)
    if (found.some(({ to }) => to === 'block')) return null
    return found.filter(({ to }) => to !== 'warn').map(({ id }) => id)
  }
  const agentId = String(request.agent_id)
  const isAct = async (snapshot: Snapshot): Promise<boolean> => (await actUnder(snapshot, agentId, request)) === act
  return resumable(ctx, agentId, act, { prior: prior?.id ?? null, held, isAct })
}

async function isStoppedNow(ctx: Context, agentId: string): Promise<boolean> {
  return isStopped(await ctx.runtime.use(snapshots).current(ctx.actor.orgId), agentId)
}

async function wasStranger(ctx: Context, row: ActionRow): Promise<boolean> {
  if (row.status !== 'blocked') return false
  return (await storedAnswer(ctx, row.guard_decision_id))?.matched_policies.includes(ENROLMENT) === true
}

interface Asked {
  readonly digest: string
  /** The guard decision this act was asked with; it was counted then. */
  readonly prior: Linked | null
  readonly by: { readonly identity: ClaimedIdentity; readonly control: number | null; readonly agentId: string }
}

async function createNew(ctx: Context, input: ActionInput, request: ActRequest, asked: Asked): Promise<Created> {
  const { digest, prior, by } = asked
  const draft = draftOf(ctx, input, digest, prior?.id)
  try {
    const { decided, recorded, companions } = await decideAndRecord(ctx, request, {
      source: 'action',
      identity: by.identity,
      identityControl: by.control,
      signing: { agentId: by.agentId, signature: input._signature },
      linked: prior ?? undefined,
      consume: false,
      priorDecisionId: prior?.id ?? null,
      companions: (verdict) => actionCompanions(ctx.actor, verdict, draft),
    })
    const actionId = String(companions.action?.['action_id'])
    const row = await readAction(ctx, actionId)
    const answer = { ...answerOf(decided, request, recorded.seq), action_id: actionId }
    if (decided.decision === 'block') throw blocked('Action blocked by policy', row, answer)
    await settleRecorded(ctx, row)
    return { action: actionToWire(row), action_id: actionId, decision: answer, security: securityOf(input) }
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'GUARD_AUDIT_PERSIST_FAILED') throw error
    return afterLostRace(ctx, input, request, { ...asked, error })
  }
}

/** A parallel call may have been first with the key, the id, the guard decision or the very act: told as what it is. */
async function afterLostRace(
  ctx: Context,
  input: ActionInput,
  request: ActRequest,
  lost: Asked & { readonly error: Fault },
): Promise<Created> {
  const first = input.idempotency_key === undefined ? null : await rowOfKey(ctx, input.idempotency_key, lost.digest)
  if (first) return replayed(ctx, first)
  if (input.action_id !== undefined && (await isTaken(ctx, input.action_id))) {
    throw new Fault('conflict', `An action with the id ${input.action_id} exists already.`)
  }
  const { prior, by } = lost
  // The token went on from the guard decision, which another call has answered meanwhile: it is a new act now.
  const answered = prior !== null && (await isAnswered(ctx, prior.id))
  const identity =
    answered && prior.tokenUse
      ? await claimed(ctx, by.identity, { request: input.idempotency_key && lost.digest })
      : by.identity
  const act = await actNow(ctx, by.agentId, request)
  const standing = await resumableFor(ctx, request, { act, prior, identity })
  if (standing) return resumed(ctx, standing)
  if (answered) return createNew(ctx, input, request, { digest: lost.digest, prior: null, by: { ...by, identity } })
  throw lost.error
}

async function isAnswered(ctx: Context, decisionId: string): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('action_record')
    .select('action_id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('budget_reference', '=', decisionId)
    .executeTakeFirst()
  return row !== undefined
}

async function isTaken(ctx: Context, actionId: string): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('action_record')
    .select('action_id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .executeTakeFirst()
  return row !== undefined
}

async function rowOfKey(ctx: Context, key: string, digest: string): Promise<ActionRow | null> {
  const row = await ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  if (!row) return null
  if (row.request_digest === digest) return row
  const message = 'This idempotency_key was used for another action. Use a new key.'
  throw new Fault('IDEMPOTENCY_KEY_REUSED', message, { data: { action_id: row.action_id } })
}

/** The named guard decision counts as the same act only when it really was about it. */
async function knownDecision(ctx: Context, decisionId: string | undefined, act: string): Promise<Linked | null> {
  if (decisionId === undefined) return null
  const row = await ctx.db
    .selectFrom('guard_decision')
    .select(['id', 'context', 'replay_status'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('id', '=', decisionId)
    .where('act_digest', '=', act)
    .where('source', '=', 'guard')
    .executeTakeFirst()
  if (!row || (await isAnswered(ctx, row.id))) return null
  const { token_use: tokenUse } = (row.context['identity'] ?? {}) as { token_use?: string | null }
  return {
    id: row.id,
    counted: new Set(countedIn(Object.entries(row.context['observed'] ?? {}))),
    tokenUse: row.replay_status === 'unique' ? (tokenUse ?? null) : null,
  }
}

function draftOf(ctx: Context, input: ActionInput, digest: string, prior: string | undefined): ActionDraft {
  const { status, cost_estimate, tokens_in, tokens_out, _signature, ...rest } = input
  const tokens = {
    tokens_in: clampTokens(tokens_in),
    tokens_out: clampTokens(tokens_out),
  }
  return {
    ...rest,
    ...tokens,
    ...costOf(ctx, cost_estimate, tokens, input.model),
    status,
    signature: _signature,
    request_digest: digest,
    budget_reference: prior,
    session_id: input.session_id ?? input.harness_session_id,
  }
}

function securityOf(input: ActionInput): NonNullable<Created['security']> {
  const { security } = redactDeep(input)
  return { ...security, categories: [...security.categories] }
}

async function readAction(ctx: Context, actionId: string): Promise<ActionRow> {
  return ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .executeTakeFirstOrThrow()
}
