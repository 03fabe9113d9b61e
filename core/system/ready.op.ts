import { z } from 'zod'
import { schemaState } from '#core/db/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'

const DEADLINE_MS = 2000

export const ready = operation({
  name: 'system_ready',
  title: 'Readiness',
  description: 'Tell whether the server can work: the database answers and its schema is complete; needs no key.',
  input: z.object({}),
  output: z.object({ status: z.literal('ready'), engine: z.enum(['postgres', 'embedded']) }),
  scope: 'public',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/ready' },
  mcp: 'hidden',

  async handler(ctx) {
    const { pending } = await withinDeadline(ctx, schemaState(ctx.db))
    if (pending.length > 0) {
      const message = `The database schema is not complete: ${pending.join(', ')} not applied. Restart the server or run: writ migrate`
      throw new Fault('SCHEMA_NOT_INITIALIZED', message, { data: { status: 'not_ready' } })
    }
    return { status: 'ready' as const, engine: ctx.runtime.handle.engine }
  },
})

/** A database that hangs is as good as none: the question is given up after two seconds. */
async function withinDeadline<T>(ctx: Context, question: Promise<T>): Promise<T> {
  const deadline = AbortSignal.any([ctx.signal, AbortSignal.timeout(DEADLINE_MS)])
  const silence = new Promise<never>((_, reject) => {
    deadline.addEventListener('abort', () => reject(new Error('The database did not answer in time.')), { once: true })
  })
  try {
    return await Promise.race([question, silence])
  } catch (cause) {
    throw new Fault('DB_CONNECTION_FAILED', 'The database does not answer.', {
      data: { status: 'not_ready' },
      cause,
      retryAfter: 2,
    })
  }
}
