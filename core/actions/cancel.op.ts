import { sql } from 'kysely'
import { z } from 'zod'
import { eventHub } from '#core/events/index'
import { redactText } from '#core/scans/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { afterClosing } from './closing.ts'
import { lockApprovals } from './lock.ts'
import { Action, ActionId, actionToWire } from './schema.ts'
import { requireAction } from './store.ts'

export const cancel = operation({
  name: 'actions_cancel',
  title: 'Cancel an action',
  description: 'Withdraw an action that is pending or running; a pending approval is withdrawn with it.',
  input: z.object({ action_id: ActionId, reason: z.string().max(4000).optional() }),
  output: z.object({ action: Action }),
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/actions/{action_id}/cancel' },
  mcp: 'catalog',

  async handler(ctx, input) {
    await requireAction(ctx, input.action_id)
    const at = ctx.now()
    const reason = redactText(input.reason ?? 'Cancelled').text
    const row = await transact(ctx.db, async (trx) => {
      // Whoever holds the approval decides, a person or the agent that withdraws.
      await lockApprovals(trx, ctx.actor.orgId, [input.action_id])
      await trx
        .updateTable('approval')
        .set({ state: 'withdrawn', decided_at: at, reasoning: reason })
        .where('org_id', '=', ctx.actor.orgId)
        .where('action_id', '=', input.action_id)
        .where('state', '=', 'pending')
        .execute()
      const cancelled = await trx
        .updateTable('action_record')
        .set({
          status: 'cancelled',
          error_message: reason,
          outcome_status: 'failed',
          outcome_at: at,
          outcome_error: reason,
          close_source: 'cancel',
          // Clients read any value in it as "act": what nobody was handed yet is not to be done any more.
          approved_by: sql<string | null>`case when released_at is null then null else approved_by end`,
          timestamp_end: at,
          updated_at: at,
        })
        .where('org_id', '=', ctx.actor.orgId)
        .where('action_id', '=', input.action_id)
        .where('outcome_status', '=', 'pending')
        .where('status', 'in', ['running', 'pending', 'pending_approval'])
        .returningAll()
        .executeTakeFirst()
      if (!cancelled) throw new Fault('conflict', 'This action has ended already.')
      await afterClosing(trx, cancelled, { at, by: ctx.actor.principalId, outcome: 'failed' })
      return cancelled
    })
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    return { action: actionToWire(row) }
  },
})
