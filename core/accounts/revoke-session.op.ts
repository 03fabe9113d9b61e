import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { personOf } from './person.ts'
import { sessionCache } from './session-cache.ts'
import { endSessions } from './sessions.ts'

export const revokeSession = operation({
  name: 'accounts_revoke_session',
  title: 'End a session',
  description: 'Sign out somewhere else; what runs there is refused from then on.',
  input: z.object({ id: z.string().max(64) }),
  output: z.object({ success: z.literal(true) }),
  scope: 'account:write',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/account/sessions/{id}' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { accountId } = personOf(ctx)
    if ((await endSessions(ctx.db, accountId, ctx.now(), { only: input.id })) === 0) {
      throw new Fault('not_found', 'Session not found')
    }
    ctx.runtime.use(sessionCache).forgetAccount(accountId)
    return { success: true as const }
  },
})
