import type { Transaction } from 'kysely'
import { z } from 'zod'
import { listActs } from '#core/activity/index'
import { announce } from '#core/events/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Instant } from '../kernel/time.ts'
import { lockApprovals } from './lock.ts'
import { takeCosts } from './cost-days.ts'
import { sumsOf, takeFromRollup } from './rollup.ts'
import { statuses } from './schema.ts'

const MAX_AT_ONCE = 1000
/** Named in the list of admin acts; the ledger names all. */
const MAX_LISTED = 20

export const remove = operation({
  name: 'actions_remove',
  title: 'Delete actions',
  description: 'Delete action rows by id or filter (1000 at once); their ledger entries stay.',
  input: z.object({
    action_ids: z.array(z.string().max(128)).max(MAX_AT_ONCE).optional().describe('Comma list in a query'),
    action_id: z.string().max(128).optional(),
    before: Instant.optional(),
    agent_id: z.string().max(128).optional(),
    status: z.enum(statuses).optional(),
  }),
  output: z.object({ deleted: z.int(), action_ids: z.array(z.string()) }),
  scope: 'actions:delete',
  annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  rest: { method: 'delete', path: '/api/actions' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const ids = [...(input.action_ids ?? []), ...(input.action_id === undefined ? [] : [input.action_id])]
    if (ids.length === 0 && input.before === undefined && input.agent_id === undefined && input.status === undefined) {
      const details = ['(query): name action_ids, action_id, before, agent_id or status']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const chosen = (trx: Transaction<Database>) => {
      let query = trx
        .selectFrom('action_record')
        .select('action_id')
        .where('org_id', '=', ctx.actor.orgId)
        .limit(MAX_AT_ONCE)
      if (ids.length > 0) query = query.where('action_id', 'in', ids)
      if (input.before !== undefined) query = query.where('created_at', '<', new Date(input.before))
      if (input.agent_id !== undefined) query = query.where('agent_id', '=', input.agent_id)
      if (input.status !== undefined) query = query.where('status', '=', input.status)
      return query
    }
    const at = ctx.now()
    const deleted = await transact(ctx.db, async (trx) => {
      const found = (await chosen(trx).execute()).map((row) => row.action_id)
      if (found.length === 0) return found
      await lockApprovals(trx, ctx.actor.orgId, found)
      const rows = await chosen(trx).where('action_id', 'in', found).orderBy('action_id').forUpdate().execute()
      const gone = rows.map((row) => row.action_id)
      if (gone.length === 0) return gone
      const sums = await sumsOf(trx, ctx.actor.orgId, gone)
      const whole = trx.selectFrom('action_record').selectAll().where('org_id', '=', ctx.actor.orgId)
      const deletes = await whole.where('action_id', 'in', gone).execute()
      for (const table of ['action_record', 'approval'] as const) {
        await trx.deleteFrom(table).where('org_id', '=', ctx.actor.orgId).where('action_id', 'in', gone).execute()
      }
      const data = {
        event: 'actions.deleted',
        by: ctx.actor.principalId,
        address: ctx.actor.address ?? null,
        action_ids: gone,
      }
      const listed = { deleted: gone.length, action_ids: gone.slice(0, MAX_LISTED) }
      await listActs(trx, ctx.actor, [{ event: data.event, ref: ctx.actor.orgId, at, data: listed }])
      const news = { at, entries: [{ kind: 'admin' as const, ref: ctx.actor.orgId, at, data }], events: [] }
      await announce(trx, ctx.actor.orgId, news, async () => {
        await takeFromRollup(trx, ctx.actor.orgId, sums)
        await takeCosts(trx, ctx.actor.orgId, deletes)
      })
      return gone
    })
    return { deleted: deleted.length, action_ids: deleted }
  },
})
