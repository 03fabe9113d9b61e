import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { HaltState, haltToWire } from './schema.ts'

export const get = operation({
  name: 'halt_get',
  title: 'Is the organization halted?',
  description: 'Tell whether the org is halted, by whom, since when and why.',
  input: z.object({}),
  output: HaltState,
  scope: 'halt:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/halt' },
  mcp: 'catalog',

  async handler(ctx) {
    const row = await ctx.db
      .selectFrom('organization')
      .select(['halted_at', 'halted_by', 'halt_reason'])
      .where('org_id', '=', ctx.actor.orgId)
      .executeTakeFirst()
    if (!row) throw new Fault('not_found', 'Organization not found')
    return haltToWire(row)
  },
})
