import { z } from 'zod'
import { redactText } from '#core/scans/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Assumption, assumptionToWire } from './schema.ts'
import { requireAssumption } from './store.ts'

export const update = operation({
  name: 'assumptions_update',
  title: 'Check an assumption',
  description: 'Mark an assumption as validated, or as invalidated with the reason.',
  input: z.object({
    assumption_id: z.string().min(1).max(128),
    validated: z.boolean(),
    invalidated_reason: z.string().min(1).max(2000).optional().describe('Required when validated is false'),
  }),
  output: z.object({ assumption: Assumption }),
  scope: 'assumptions:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: {
    method: 'patch',
    path: '/api/assumptions/{assumption_id}',
    aliases: ['/api/actions/assumptions/{assumption_id}'],
  },
  mcp: 'catalog',

  async handler(ctx, input) {
    await requireAssumption(ctx, input.assumption_id)
    if (!input.validated && input.invalidated_reason === undefined) {
      const details = ['invalidated_reason: is required when validated is false']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const at = ctx.now()
    const change = input.validated
      ? { validated: true, validated_at: at, invalidated: false, invalidated_at: null, invalidated_reason: null }
      : {
          validated: false,
          validated_at: null,
          invalidated: true,
          invalidated_at: at,
          invalidated_reason: redactText(input.invalidated_reason ?? '').text,
        }
    const row = await ctx.db
      .updateTable('assumption')
      .set(change)
      .where('org_id', '=', ctx.actor.orgId)
      .where('assumption_id', '=', input.assumption_id)
      .returningAll()
      .executeTakeFirstOrThrow()
    return { assumption: assumptionToWire(row) }
  },
})
