import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { started } from './started.ts'
import { version } from './version.ts'

export const health = operation({
  name: 'system_health',
  title: 'Health',
  description: 'Tell that the server runs, with its version and database engine; needs no key.',
  input: z.object({}),
  output: z.object({
    status: z.literal('ok'),
    version: z.string(),
    engine: z.enum(['postgres', 'embedded']),
    uptime_seconds: z.int().min(0),
  }),
  scope: 'public',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/health' },
  mcp: 'catalog',

  handler(ctx) {
    const ms = ctx.now().getTime() - ctx.runtime.use(started).getTime()
    const uptime = Math.max(0, Math.floor(ms / 1000))
    return { status: 'ok' as const, version, engine: ctx.runtime.handle.engine, uptime_seconds: uptime }
  },
})
