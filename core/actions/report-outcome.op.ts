import { sql } from 'kysely'
import { z } from 'zod'
import { eventHub } from '#core/events/index'
import { Security, redactDeep, redactText, securityOf } from '#core/scans/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { cut } from '../kernel/text.ts'
import { afterClosing } from './closing.ts'
import { lockApprovals } from './lock.ts'
import { Outcome, outcomeOf, retryAdvice } from './outcome.rules.ts'
import { ActionId, type ActionRow } from './schema.ts'
import { requireAction } from './store.ts'
import type { ActionStatus } from './tables.ts'

const TEXT_MAX = 4000
const PROGRESS_MAX = 8192
const open = ['running', 'pending', 'completed', 'partial', 'unknown'] as const

export const reportOutcome = operation({
  name: 'actions_report_outcome',
  title: 'Report an outcome',
  description:
    'Report how an action ended: completed, partial or failed. Written once; of parallel reporters one wins.',
  input: z.object({
    action_id: ActionId,
    status: z.enum(['completed', 'partial', 'failed']),
    summary: z.string().max(50_000).optional().describe('Kept up to 4000 characters'),
    error_message: z.string().min(1).max(50_000).optional().describe('Required for failed'),
    progress: z.record(z.string(), z.unknown()).optional().describe('Required for partial: what is done, what is left'),
  }),
  output: z.object({ outcome: Outcome, security: Security }),
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/actions/{action_id}/outcome' },
  mcp: 'direct',
  tool: 'writ_report_outcome',

  async handler(ctx, input) {
    const known = await requireAction(ctx, input.action_id)
    refuseIncomplete(input)
    const summary = redactText(cut(input.summary ?? '', TEXT_MAX))
    const error = redactText(cut(input.error_message ?? '', TEXT_MAX))
    const progress = redactDeep(input.progress ?? null)
    const lifecycle = input.status === 'completed' ? 'completed' : 'failed'
    const at = ctx.now()
    const row = await transact(ctx.db, async (trx) => {
      await lockApprovals(trx, ctx.actor.orgId, [input.action_id])
      const closed = await trx
        .updateTable('action_record')
        .set({
          outcome_status: input.status,
          outcome_at: at,
          outcome_summary: input.summary === undefined ? null : summary.text,
          outcome_error: input.error_message === undefined ? null : error.text,
          outcome_progress: input.progress === undefined ? null : JSON.stringify(progress.value),
          status: sql<ActionStatus>`case when status in ('running', 'pending', 'unknown') then ${lifecycle} else status end`,
          timestamp_end: sql<Date>`coalesce(timestamp_end, ${at})`,
          released_at: sql<Date>`coalesce(released_at, ${at})`,
          close_source: sql<string>`coalesce(close_source, 'outcome')`,
          updated_at: at,
        })
        .where('org_id', '=', ctx.actor.orgId)
        .where('action_id', '=', input.action_id)
        .where('outcome_status', '=', 'pending')
        .where('status', 'in', open)
        .returningAll()
        .executeTakeFirst()
      if (closed) await afterClosing(trx, closed, { at, by: ctx.actor.principalId, outcome: input.status })
      return closed
    })
    if (!row) throw whyNot((await requireAction(ctx, input.action_id)) ?? known)
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    return {
      outcome: { ...outcomeOf(row), ...retryAdvice(row.outcome_status) },
      security: securityOf(summary.security, error.security, progress.security),
    }
  },
})

function refuseIncomplete(input: {
  status: string
  error_message?: string | undefined
  progress?: object | undefined
}): void {
  const details: string[] = []
  if (input.status === 'failed' && input.error_message === undefined)
    details.push('error_message: is required for failed')
  if (input.status === 'partial' && input.progress === undefined)
    details.push('progress: an object is required for partial')
  if (input.progress !== undefined && Buffer.byteLength(JSON.stringify(input.progress)) > PROGRESS_MAX) {
    details.push(`progress: must not exceed ${PROGRESS_MAX} bytes as JSON`)
  }
  if (details.length > 0) throw new Fault('invalid_input', 'Validation failed', { details })
}

function whyNot(row: ActionRow): Fault {
  if (row.outcome_status !== 'pending' && row.status !== 'blocked') {
    return new Fault('conflict', 'outcome already set', { data: { current_status: row.outcome_status } })
  }
  return new Fault('conflict', `An action that is ${row.status} has no outcome to report.`, {
    data: { current_status: row.status },
  })
}
