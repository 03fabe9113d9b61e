import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { Loop, loopToWire } from './schema.ts'
import { findLoop, parentOf } from './store.ts'

export const get = operation({
  name: 'loops_get',
  title: 'Get a loop',
  description: 'Show one open loop and the state of its action.',
  input: z.object({ loop_id: z.string().max(128) }),
  output: z.object({ loop: Loop }),
  scope: 'loops:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/actions/loops/{loop_id}' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const row = await findLoop(ctx, input.loop_id)
    return { loop: { ...loopToWire(row), ...(await parentOf(ctx, row.action_id)) } }
  },
})
