import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { HaltState } from './schema.ts'
import { setHalt } from './store.ts'

export const start = operation({
  name: 'halt_start',
  title: 'Halt the organization',
  description: 'Kill switch: from now on every guard decision of the org is block, on every replica.',
  input: z.object({ reason: z.string().min(1).max(500).describe('Told to every agent that asks') }),
  output: HaltState,
  scope: 'halt:write',
  annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/halt' },
  mcp: 'catalog',
  handler: (ctx, input) => setHalt(ctx, input.reason),
})
