import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { Assumption, assumptionToWire } from './schema.ts'
import { requireAssumption } from './store.ts'

export const get = operation({
  name: 'assumptions_get',
  title: 'Get an assumption',
  description: 'Show one assumption.',
  input: z.object({ assumption_id: z.string().max(128) }),
  output: z.object({ assumption: Assumption }),
  scope: 'assumptions:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: {
    method: 'get',
    path: '/api/assumptions/{assumption_id}',
    aliases: ['/api/actions/assumptions/{assumption_id}'],
  },
  mcp: 'catalog',
  handler: async (ctx, input) => ({ assumption: assumptionToWire(await requireAssumption(ctx, input.assumption_id)) }),
})
