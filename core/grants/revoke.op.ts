import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { emailOf } from './pages.ts'
import { Grant, GrantId, grantToWire } from './schema.ts'
import { endGrant } from './store.ts'

export const revoke = operation({
  name: 'grants_revoke',
  title: 'Revoke an OAuth grant',
  description: 'Revoke what a person of the org allowed an OAuth client; its tokens stop at once.',
  input: z.object({ id: GrantId }),
  output: z.object({ grant: Grant }),
  scope: 'grants:write',
  annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  rest: { method: 'delete', path: '/api/grants/{id}' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const row = await endGrant(ctx.runtime, ctx.actor, { id: input.id, accountId: null })
    if (!row) throw new Fault('not_found', 'Grant not found')
    return { grant: grantToWire({ ...row, email: await emailOf(ctx, row.account_id) }) }
  },
})
