import { z } from 'zod'
import { uuidv7 } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { note, sendOne } from './deliver.ts'
import { testMessage } from './message.ts'
import { NotSent } from './plug.ts'
import { NotifierId } from './schema.ts'
import { opened, requireNotifier } from './store.ts'

const TIMEOUT_MS = 15_000

export const test = operation({
  name: 'notifiers_test',
  title: 'Try a notifier',
  description: 'Send a test message now and tell whether it got through, and why not.',
  input: z.object({ notifier_id: NotifierId }),
  output: z.object({ delivered: z.boolean(), error: z.string().nullable() }),
  scope: 'notifiers:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  rest: { method: 'post', path: '/api/notifiers/{notifier_id}/test' },
  mcp: 'hidden',

  async handler(ctx, { notifier_id: id }) {
    const { runtime } = ctx
    const notifier = await requireNotifier(ctx.db, ctx.actor.orgId, id)
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(TIMEOUT_MS)])
    const secrets = opened(runtime, notifier)
    try {
      await sendOne({ runtime, notifier, secrets, signal }, testMessage(runtime, `${id}.${uuidv7()}`))
    } catch (thrown) {
      if (!(thrown instanceof NotSent)) throw thrown
      await note(runtime, notifier, thrown.message)
      return { delivered: false, error: thrown.message }
    }
    await note(runtime, notifier, null)
    return { delivered: true, error: null }
  },
})
