import {
  actDigest,
  actionCompanions,
  agentOf,
  answerOf,
  decideAndRecord,
  requestDigest,
  storedAnswer,
  takeRecentDecision,
  type ActionDraft,
  type ActRequest,
  type GuardAnswer,
} from '#core/guard/index'
import { priceUsage } from '#core/pricing/index'
import { redactDeep } from '#core/scans/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { settleRecorded } from './closing.ts'
import type { ActionInput } from './create.op.ts'
import { resumable } from './resume.ts'
import { actionToWire, type Action, type ActionRow } from './schema.ts'

interface Created {
  readonly action: Action
  readonly action_id: string
  readonly decision?: GuardAnswer
  readonly security?: { clean: boolean; findings_count: number; critical_count: number; categories: string[] }
  readonly idempotent_replay?: boolean
  readonly resumed?: boolean
}

const MAX_COST_USD = 10_000
const MAX_TOKENS = 10_000_000

/** Decides with authority and writes decision, action and approval in one statement. Throws `blocked` with the row. */
export async function createAction(ctx: Context, input: ActionInput): Promise<Created> {
  const agentId = agentOf(ctx, input)
  if (agentId === null) {
    throw new Fault('invalid_input', 'Validation failed', { details: ['agent_id: is required'] })
  }
  const request: ActRequest = { ...input, agent_id: agentId }
  const digest = requestDigest(ctx.actor.principalId, request)
  if (input.idempotency_key !== undefined) {
    const replay = await replayOf(ctx, input.idempotency_key, digest)
    if (replay) return replay
  }
  const act = actDigest(agentId, request)
  const resumed = await resumable(ctx, agentId, act, input.guard_decision_id)
  if (resumed) return resumedAction(ctx, resumed)
  const prior =
    takeRecentDecision(ctx.runtime, ctx.actor.orgId, act) ?? (await knownDecision(ctx, input.guard_decision_id, act))
  return createNew(ctx, input, request, { digest, prior })
}

async function resumedAction(ctx: Context, row: ActionRow): Promise<Created> {
  const decision = await storedAnswer(ctx, row.guard_decision_id)
  const answer = decision ? { decision: { ...decision, action_id: row.action_id } } : {}
  return { action: actionToWire(row), action_id: row.action_id, ...answer, resumed: true }
}

interface Linked {
  readonly digest: string
  /** The guard decision this act was asked with; it was counted then. */
  readonly prior: string | null
}

async function createNew(ctx: Context, input: ActionInput, request: ActRequest, linked: Linked): Promise<Created> {
  const { digest, prior } = linked
  const draft = draftOf(ctx, input, digest, prior)
  try {
    const { decided, recorded, companions } = await decideAndRecord(ctx, request, {
      source: 'action',
      count: prior === null,
      linked: prior ?? undefined,
      consume: false,
      priorDecisionId: prior,
      companions: (verdict) => actionCompanions(ctx.actor, verdict, draft),
    })
    const actionId = String(companions.action?.['action_id'])
    const row = await readAction(ctx, actionId)
    const answer = { ...answerOf(decided, request, recorded.seq), action_id: actionId }
    if (decided.decision === 'block') {
      const data = { action: actionToWire(row), action_id: actionId, decision: answer }
      throw new Fault('blocked', 'Action blocked by policy', { data })
    }
    await settleRecorded(ctx, row)
    return { action: actionToWire(row), action_id: actionId, decision: answer, security: securityOf(input) }
  } catch (error) {
    const duplicate = await duplicateOf(ctx, input, digest, error)
    if (duplicate) throw duplicate
    // A parallel action answered the same guard decision first: this one counts for itself.
    if (prior !== null && (await isAnswered(ctx, prior))) return createNew(ctx, input, request, { digest, prior: null })
    throw error
  }
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

/** A row that a parallel call inserted first under the same key or id, told as what it is. */
async function duplicateOf(ctx: Context, input: ActionInput, digest: string, error: unknown): Promise<Error | null> {
  if (!(error instanceof Fault) || error.code !== 'GUARD_AUDIT_PERSIST_FAILED') return null
  if (input.idempotency_key !== undefined && (await replayOf(ctx, input.idempotency_key, digest))) {
    return new Fault(
      'conflict',
      'A parallel call with this idempotency_key was first. Send it again to read its action.',
      {
        retryAfter: 0,
      },
    )
  }
  if (input.action_id === undefined) return null
  const taken = await ctx.db
    .selectFrom('action_record')
    .select('action_id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', input.action_id)
    .executeTakeFirst()
  return taken ? new Fault('conflict', `An action with the id ${input.action_id} exists already.`) : null
}

async function replayOf(ctx: Context, key: string, digest: string): Promise<Created | null> {
  const row = await ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  if (!row) return null
  if (row.request_digest !== digest) {
    const message = 'This idempotency_key was used for another action. Use a new key.'
    throw new Fault('IDEMPOTENCY_KEY_REUSED', message, { data: { action_id: row.action_id } })
  }
  return { action: actionToWire(row), action_id: row.action_id, idempotent_replay: true }
}

/** The named guard decision counts as the same act only when it really was about it. */
async function knownDecision(ctx: Context, decisionId: string | undefined, act: string): Promise<string | null> {
  if (decisionId === undefined) return null
  const row = await ctx.db
    .selectFrom('guard_decision')
    .select('id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('id', '=', decisionId)
    .where('act_digest', '=', act)
    .where('source', '=', 'guard')
    .executeTakeFirst()
  return row && !(await isAnswered(ctx, row.id)) ? row.id : null
}

function draftOf(ctx: Context, input: ActionInput, digest: string, prior: string | null): ActionDraft {
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
    budget_reference: prior ?? undefined,
    session_id: input.session_id ?? input.harness_session_id,
  }
}

/** Sums over any number of actions stay far below what a bigint holds. */
export function clampTokens(tokens: number | undefined): number | undefined {
  return tokens === undefined ? undefined : Math.min(tokens, MAX_TOKENS)
}

/** A reported cost stands; else tokens of a priced model give one; else the cost is unknown, never zero. */
export function costOf(
  ctx: Context,
  costUsd: number | undefined,
  tokens: { readonly tokens_in: number | undefined; readonly tokens_out: number | undefined },
  model: string | undefined,
): { cost_micros: number | null; priced: boolean | null } {
  if (costUsd !== undefined) return { cost_micros: Math.round(Math.min(costUsd, MAX_COST_USD) * 1e6), priced: true }
  if (tokens.tokens_in === undefined && tokens.tokens_out === undefined) return { cost_micros: null, priced: null }
  if (model === undefined) return { cost_micros: null, priced: false }
  const usage = { model, tokens_in: tokens.tokens_in ?? 0, tokens_out: tokens.tokens_out ?? 0, at: ctx.now() }
  const price = priceUsage(usage)
  return price.priced ? { cost_micros: price.cost_micros, priced: true } : { cost_micros: null, priced: false }
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
