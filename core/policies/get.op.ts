import { z } from 'zod'
import { operation } from '#core/kernel/operation'
import { Policy, policyToWire } from './schema.ts'
import { policyOf } from './store.ts'

export const get = operation({
  name: 'policies_get',
  title: 'Get a policy',
  description: 'Read one policy with its rules, and why it has no effect when it has none.',
  input: z.object({ id: z.string().min(1).max(128) }),
  output: z.object({ policy: Policy }),
  scope: 'policies:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/policies/{id}' },
  mcp: 'catalog',

  async handler(ctx, { id }) {
    return { policy: policyToWire(await policyOf(ctx.db, ctx.actor.orgId, id), ctx.now()) }
  },
})
