import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { pageInput } from '../kernel/page.ts'
import { grantPage } from './pages.ts'
import { Grant } from './schema.ts'

export const list = operation({
  name: 'grants_list',
  title: 'List OAuth grants',
  description: 'List what people of the org allowed OAuth clients, newest first.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ grants: z.array(Grant), next_cursor: z.string().nullable() }),
  scope: 'grants:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/grants' },
  mcp: 'hidden',

  handler: (ctx, input) => grantPage(ctx, { orgId: ctx.actor.orgId }, input),
})
