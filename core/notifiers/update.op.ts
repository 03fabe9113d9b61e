import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { transact } from '../db/transact.ts'
import { parseAllowList } from '../kernel/allow-list.ts'
import { operation } from '../kernel/operation.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { answerToken, hashOf } from './answer-token.ts'
import { destinationIn, invalid, type Destination } from './destination.rules.ts'
import {
  choiceFields,
  destinationFields,
  Notifier,
  NotifierId,
  notifierToWire,
  TelegramWebhook,
  type NotifierRow,
} from './schema.ts'
import { opened, requireNotifier, sealed } from './store.ts'
import { hookPath } from './telegram-hook.ts'

const choices = z.object(choiceFields).partial()

export const update = operation({
  name: 'notifiers_update',
  title: 'Change a notifier',
  description: 'Change what a notifier tells, or give it another destination of the same kind in full.',
  input: z.object({ notifier_id: NotifierId, ...choices.shape, ...destinationFields }),
  output: z.object({ notifier: Notifier, telegram_webhook: TelegramWebhook.optional() }),
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
    const token = destination?.config['answers'] === 'webhook' ? answerToken() : undefined
    const row = await transact(ctx.db, async (trx) => {
      await trx.selectFrom('organization').select('org_id').where('org_id', '=', orgId).forNoKeyUpdate().execute()
      const known = await requireNotifier(trx, orgId, id)
      if (destination && destination.kind !== known.kind)
        throw invalid(`${destination.kind}: this is one of ${known.kind}`)
      const moved = destination && movedTo(ctx.runtime, known, destination, token)
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
    const notifier = notifierToWire(row)
    return token === undefined
      ? { notifier }
      : { notifier, telegram_webhook: { url: hookPath(row), secret_token: token } }
  },
})

/** What was made here (the secret that signs) stays; what was given goes with the destination it was given for. */
function movedTo(runtime: Runtime, known: NotifierRow, destination: Destination, token: string | undefined) {
  const { signing_secret } = opened(runtime, known)
  const kept = signing_secret === undefined ? {} : { signing_secret }
  const made = token === undefined ? {} : { answer_token: token }
  return {
    target: destination.target,
    config: JSON.stringify(destination.config),
    secret_encrypted: sealed(runtime, known.org_id, known.notifier_id, { ...destination.secrets, ...kept, ...made }),
    answer_token_hash: token === undefined ? null : hashOf(token),
    poll_offset: 0,
    hook_url: null,
    hook_due_at: runtime.now(),
  }
}
