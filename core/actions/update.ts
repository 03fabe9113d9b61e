import type { Transaction } from 'kysely'
import { announce } from '#core/events/index'
import { adjustReservations } from '#core/observations/index'
import { redactText } from '#core/scans/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { addSums, afterClosing, spentOf } from './closing.ts'
import { clampTokens, costOf } from './cost.ts'
import { lockAction } from './lock.ts'
import type { ActionRow } from './schema.ts'
import type { ActionPatch } from './update.op.ts'

const outcomes = { completed: 'completed', failed: 'failed', cancelled: 'failed', blocked: 'failed' } as const

/**
 * Status, summary and end apply only while the action runs; results, tokens and cost always do. Under the row lock,
 * so that parallel reports neither lose each other's figures nor close it twice.
 */
export function updateAction(ctx: Context, patch: ActionPatch): Promise<ActionRow> {
  return transact(ctx.db, async (trx) => {
    const before = await lockAction(trx, ctx.actor.orgId, patch.action_id)
    if (!before) throw new Fault('not_found', 'Action not found')
    const running = before.status === 'running'
    const always = alwaysFields(ctx, patch, before)
    if (!running && Object.keys(always).length === 0) {
      if (patch.close_if_running) return before
      throw new Fault('conflict', `The action is ${before.status}, so it cannot be closed again.`, {
        data: { status: before.status },
      })
    }
    const at = ctx.now()
    const after = await trx
      .updateTable('action_record')
      .set({ ...always, ...(running ? closeFields(patch, before, at) : {}), updated_at: at })
      .where('org_id', '=', ctx.actor.orgId)
      .where('action_id', '=', patch.action_id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await tell(trx, ctx.actor.principalId, { before, after, at })
    return after
  })
}

interface Updated {
  readonly before: ActionRow
  readonly after: ActionRow
  readonly at: Date
}

async function tell(trx: Transaction<Database>, by: string, { before, after, at }: Updated): Promise<void> {
  const outcome = after.outcome_status
  const costs = costDelta(before, after)
  if (before.outcome_status === 'pending' && outcome !== 'pending') {
    await afterClosing(trx, after, { at, by, outcome, costs, before })
    return
  }
  // While it runs the budget holds the estimate; its end charges what was reported by then.
  if (outcome !== 'pending') await adjustReservations(trx, after.org_id, after.budget_reference, spentOf(after))
  const events = [{ name: 'action.updated', ref: after.action_id, payload: {} }]
  await announce(trx, after.org_id, { at, entries: [], events }, () => addSums(trx, after, costs, before))
}

function closeFields(patch: ActionPatch, before: ActionRow, at: Date) {
  const outcome = patch.status === undefined || patch.status === 'running' ? undefined : outcomes[patch.status]
  const closes = outcome !== undefined && before.outcome_status === 'pending'
  const summary = cleaned(patch.output_summary)
  return {
    ...(patch.status === undefined ? {} : { status: patch.status }),
    ...(summary === undefined ? {} : { output_summary: summary }),
    ...(patch.timestamp_end === undefined ? {} : { timestamp_end: new Date(patch.timestamp_end) }),
    ...(closes && patch.timestamp_end === undefined ? { timestamp_end: before.timestamp_end ?? at } : {}),
    ...(outcome === undefined ? {} : { close_source: before.close_source ?? 'update' }),
    ...(closes
      ? {
          outcome_status: outcome,
          outcome_at: at,
          outcome_summary: summary ?? before.output_summary,
          outcome_error: outcome === 'failed' ? (cleaned(patch.error_message) ?? before.error_message) : null,
          released_at: before.released_at ?? at,
        }
      : {}),
  }
}

function alwaysFields(ctx: Context, patch: ActionPatch, before: ActionRow) {
  const tokensIn = clampTokens(patch.tokens_in) ?? numberOf(before.tokens_in)
  const tokensOut = clampTokens(patch.tokens_out) ?? numberOf(before.tokens_out)
  const reported = patch.cost_estimate !== undefined || patch.tokens_in !== undefined || patch.tokens_out !== undefined
  const model = cleaned(patch.model)
  const error = ruled.has(before.close_source) ? undefined : cleaned(patch.error_message)
  const texts = (items: readonly string[]): string => JSON.stringify(items.map((item) => redactText(item).text))
  return {
    ...(patch.side_effects === undefined ? {} : { side_effects: texts(patch.side_effects) }),
    ...(patch.artifacts_created === undefined ? {} : { artifacts_created: texts(patch.artifacts_created) }),
    ...(error === undefined ? {} : { error_message: error }),
    ...(patch.duration_ms === undefined ? {} : { duration_ms: patch.duration_ms }),
    ...(patch.tokens_in === undefined ? {} : { tokens_in: tokensIn ?? null }),
    ...(patch.tokens_out === undefined ? {} : { tokens_out: tokensOut ?? null }),
    ...(model === undefined ? {} : { model }),
    ...(reported ? costNow(ctx, patch, before, { tokens_in: tokensIn, tokens_out: tokensOut }) : {}),
  }
}

/** Tokens that have no price, told after a cost, leave that cost as it was told. */
function costNow(ctx: Context, patch: ActionPatch, before: ActionRow, tokens: Parameters<typeof costOf>[2]) {
  const cost = costOf(ctx, patch.cost_estimate, tokens, cleaned(patch.model) ?? before.model ?? undefined)
  return cost.cost_micros === null && before.cost_micros !== null ? {} : cost
}

/** Closed by a person's word or by its absence: what the agent reports later does not replace that reason. */
const ruled: ReadonlySet<string | null> = new Set(['denial', 'expiry'])

function cleaned(text: string | undefined): string | undefined {
  return text === undefined ? undefined : redactText(text).text
}

function numberOf(value: number | null): number | undefined {
  return value === null ? undefined : Number(value)
}

function costDelta(before: ActionRow, after: ActionRow) {
  const delta = (field: 'cost_micros' | 'tokens_in' | 'tokens_out'): number =>
    Number(after[field] ?? 0) - Number(before[field] ?? 0)
  return { cost_micros: delta('cost_micros'), tokens_in: delta('tokens_in'), tokens_out: delta('tokens_out') }
}
