import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { NotifierId } from './schema.ts'

export const remove = operation({
  name: 'notifiers_remove',
  title: 'Remove a notifier',
  description: 'Remove a notifier with its tokens; what it had still to tell is not told.',
  input: z.object({ notifier_id: NotifierId }),
  output: z.object({ notifier_id: z.string(), removed: z.literal(true) }),
  scope: 'notifiers:write',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/notifiers/{notifier_id}' },
  mcp: 'hidden',

  async handler(ctx, { notifier_id: id }) {
    await transact(ctx.db, async (trx) => {
      const gone = await trx
        .deleteFrom('notifier')
        .where('org_id', '=', ctx.actor.orgId)
        .where('notifier_id', '=', id)
        .returning(['kind', 'name'])
        .executeTakeFirst()
      if (!gone) throw new Fault('not_found', 'Notifier not found')
      await recordAct(trx, ctx.actor, { event: 'notifier.removed', ref: id, at: ctx.now(), data: { ...gone } })
    })
    return { notifier_id: id, removed: true as const }
  },
})
