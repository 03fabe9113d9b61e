import type { Transaction } from 'kysely'
import { redactText } from '#core/scans/index'
import { emitEvents } from '#core/events/index'
import type { Database } from '../db/database.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { addCosts, afterClosing } from './closing.ts'
import { clampTokens, costOf } from './create.ts'
import type { ActionRow } from './schema.ts'
import type { ActionPatch } from './update.op.ts'

const outcomes = { completed: 'completed', failed: 'failed', cancelled: 'failed', blocked: 'failed' } as const

/**
 * Status, summary and end apply only while the action runs; results, tokens and cost always do. Under the row lock,
 * so that parallel reports neither lose each other's figures nor close it twice.
 */
export function updateAction(ctx: Context, patch: ActionPatch): Promise<ActionRow> {
  return ctx.db.transaction().execute(async (trx) => {
    const before = await trx
      .selectFrom('action_record')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .where('action_id', '=', patch.action_id)
      .forUpdate()
      .executeTakeFirst()
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
    await addCosts(trx, after, costDelta(before, after))
    await announce(trx, ctx.actor.principalId, { before, after, at })
    return after
  })
}

interface Updated {
  readonly before: ActionRow
  readonly after: ActionRow
  readonly at: Date
}

async function announce(trx: Transaction<Database>, by: string, { before, after, at }: Updated): Promise<void> {
  const outcome = after.outcome_status
  if (before.outcome_status === 'pending' && outcome !== 'pending') {
    await afterClosing(trx, after, { at, by, outcome })
  } else {
    await emitEvents(trx, after.org_id, at, [{ name: 'action.updated', ref: after.action_id, payload: {} }])
  }
}

function closeFields(patch: ActionPatch, before: ActionRow, at: Date) {
  const outcome = patch.status === undefined || patch.status === 'running' ? undefined : outcomes[patch.status]
  const closes = outcome !== undefined && before.outcome_status === 'pending'
  const summary = patch.output_summary === undefined ? undefined : redactText(patch.output_summary).text
  return {
    ...(patch.status === undefined ? {} : { status: patch.status }),
    ...(summary === undefined ? {} : { output_summary: summary }),
    ...(patch.timestamp_end === undefined ? {} : { timestamp_end: new Date(patch.timestamp_end) }),
    ...(outcome === undefined ? {} : { close_source: before.close_source ?? 'update' }),
    ...(closes
      ? {
          outcome_status: outcome,
          outcome_at: at,
          outcome_summary: summary ?? before.output_summary,
          outcome_error: outcome === 'failed' ? (patch.error_message ?? before.error_message) : null,
          released_at: before.released_at ?? at,
        }
      : {}),
  }
}

function alwaysFields(ctx: Context, patch: ActionPatch, before: ActionRow) {
  const tokensIn = clampTokens(patch.tokens_in) ?? numberOf(before.tokens_in)
  const tokensOut = clampTokens(patch.tokens_out) ?? numberOf(before.tokens_out)
  const reported = patch.cost_estimate !== undefined || patch.tokens_in !== undefined || patch.tokens_out !== undefined
  const model = patch.model ?? before.model ?? undefined
  return {
    ...(patch.side_effects === undefined ? {} : { side_effects: JSON.stringify(patch.side_effects) }),
    ...(patch.artifacts_created === undefined ? {} : { artifacts_created: JSON.stringify(patch.artifacts_created) }),
    ...(patch.error_message === undefined ? {} : { error_message: redactText(patch.error_message).text }),
    ...(patch.duration_ms === undefined ? {} : { duration_ms: patch.duration_ms }),
    ...(patch.tokens_in === undefined ? {} : { tokens_in: tokensIn ?? null }),
    ...(patch.tokens_out === undefined ? {} : { tokens_out: tokensOut ?? null }),
    ...(patch.model === undefined ? {} : { model: patch.model }),
    ...(reported ? costOf(ctx, patch.cost_estimate, { tokens_in: tokensIn, tokens_out: tokensOut }, model) : {}),
  }
}

function numberOf(value: number | null): number | undefined {
  return value === null ? undefined : Number(value)
}

function costDelta(before: ActionRow, after: ActionRow) {
  const delta = (field: 'cost_micros' | 'tokens_in' | 'tokens_out'): number =>
    Number(after[field] ?? 0) - Number(before[field] ?? 0)
  return { cost_micros: delta('cost_micros'), tokens_in: delta('tokens_in'), tokens_out: delta('tokens_out') }
}
