import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { emailOf } from './pages.ts'
import { Grant, GrantId, grantToWire } from './schema.ts'
import { endGrant } from './store.ts'

export const revokeOwn = operation({
  name: 'grants_revoke_own',
  title: 'Revoke one of your OAuth grants',
  description: 'Revoke what you allowed an OAuth client, in whichever org; its tokens stop at once.',
  input: z.object({ id: GrantId }),
  output: z.object({ grant: Grant }),
  scope: 'account:write',
  annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  rest: { method: 'delete', path: '/api/account/grants/{id}' },
  mcp: 'hidden',

  async handler(ctx, input) {
    // Only a session has this scope, and its principal is the account.
    const accountId = ctx.actor.principalId
    const found = await ctx.db
      .selectFrom('oauth_grant')
      .select('org_id')
      .where('account_id', '=', accountId)
      .where('id', '=', input.id)
      .executeTakeFirst()
    if (!found) throw new Fault('not_found', 'Grant not found')
    // On the record of the org it is in, which need not be the one this session looks at.
    const by = { ...ctx.actor, orgId: found.org_id }
    const row = await endGrant(ctx.runtime, by, { id: input.id, accountId })
    if (!row) throw new Fault('not_found', 'Grant not found')
    return { grant: grantToWire({ ...row, email: await emailOf(ctx, accountId) }) }
  },
})
