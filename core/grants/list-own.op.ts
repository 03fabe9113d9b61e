import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { pageInput } from '../kernel/page.ts'
import { grantPage } from './pages.ts'
import { Grant } from './schema.ts'

export const listOwn = operation({
  name: 'grants_list_own',
  title: 'List your own OAuth grants',
  description: 'List what you allowed OAuth clients, in all your orgs, newest first.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ grants: z.array(Grant), next_cursor: z.string().nullable() }),
  scope: 'account:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/account/grants' },
  mcp: 'hidden',

  // Only a session has this scope, and its principal is the account.
  handler: (ctx, input) => grantPage(ctx, { accountId: ctx.actor.principalId }, input),
})
