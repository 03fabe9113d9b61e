import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { transact } from '../db/transact.ts'
import { parseAllowList } from '../kernel/allow-list.ts'
import { operation } from '../kernel/operation.ts'
import { destinationIn, invalid } from './destination.rules.ts'
import { choiceFields, destinationFields, Notifier, NotifierId, notifierToWire } from './schema.ts'
import { opened, requireNotifier, sealed } from './store.ts'

const choices = z.object(choiceFields).partial()

export const update = operation({
  name: 'notifiers_update',
  title: 'Change a notifier',
  description: 'Change what a notifier tells, or give it another destination of the same kind in full.',
  input: z.object({ notifier_id: NotifierId, ...choices.shape, ...destinationFields }),
  output: z.object({ notifier: Notifier }),
  scope: 'notifiers:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'patch', path: '/api/notifiers/{notifier_id}' },
  mcp: 'hidden',

  async handler(ctx, { notifier_id: id, telegram, slack, webhook, email, ...choice }) {
    const { orgId } = ctx.actor
    const given = { telegram, slack, webhook, email }
    const destination = destinationIn(given, parseAllowList(ctx.runtime.settings.egress_allow))
    const changes = Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined))
    if (!destination && Object.keys(changes).length === 0) {
      throw invalid(`name at least one of ${Object.keys({ ...choiceFields, ...destinationFields }).join(', ')}`)
    }
    const row = await transact(ctx.db, async (trx) => {
      await trx.selectFrom('organization').select('org_id').where('org_id', '=', orgId).forNoKeyUpdate().execute()
      const known = await requireNotifier(trx, orgId, id)
      if (destination && destination.kind !== known.kind)
        throw invalid(`${destination.kind}: this is one of ${known.kind}`)
      if (destination?.config['answers'] === 'webhook' && known.answer_token_hash === null) {
        throw invalid('telegram.answers: webhook is chosen when the notifier is added, as its token is made then')
      }
      // What was made here (the secret that signs) stays; what was given goes with the destination it was given for.
      const { signing_secret } = opened(ctx.runtime, known)
      const kept = signing_secret === undefined ? {} : { signing_secret }
      const moved = destination && {
        target: destination.target,
        config: JSON.stringify(destination.config),
        secret_encrypted: sealed(ctx.runtime, orgId, id, { ...destination.secrets, ...kept }),
        poll_offset: 0,
      }
      const row = await trx
        .updateTable('notifier')
        .set({ ...changes, ...moved })
        .where('org_id', '=', orgId)
        .where('notifier_id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      const data = { changes, ...(destination ? { target: destination.target } : {}) }
      await recordAct(trx, ctx.actor, { event: 'notifier.updated', ref: id, at: ctx.now(), data })
      return row
    })
    return { notifier: notifierToWire(row) }
  },
})
