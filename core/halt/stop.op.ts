import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { HaltState } from './schema.ts'
import { setHalt } from './store.ts'

export const stop = operation({
  name: 'halt_stop',
  title: 'Resume the organization',
  description: 'Lift the halt: guard decides by the policies again.',
  input: z.object({}),
  output: HaltState,
  scope: 'halt:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'delete', path: '/api/halt' },
  mcp: 'catalog',
  handler: (ctx) => setHalt(ctx, null),
})
