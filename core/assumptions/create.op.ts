import { z } from 'zod'
import { redactText, Security, securityOf } from '#core/scans/index'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { Assumption, assumptionToWire } from './schema.ts'
import { parentAgent } from './store.ts'

export const create = operation({
  name: 'assumptions_create',
  title: 'Record an assumption',
  description: 'Note what an action takes for granted, so that it can be checked later.',
  input: z.object({
    action_id: z.string().min(1).max(128),
    assumption: z.string().min(1).max(2000),
    basis: z.string().max(2000).optional(),
    assumption_id: z
      .string()
      .regex(/^[A-Za-z0-9][\w.:-]*$/)
      .max(128)
      .optional(),
    validated: z.boolean().default(false),
    invalidated: z.boolean().default(false),
    invalidated_reason: z.string().max(2000).optional(),
  }),
  output: z.object({ assumption: Assumption, assumption_id: z.string(), security: Security }),
  scope: 'assumptions:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: {
    method: 'post',
    path: '/api/assumptions',
    aliases: ['/api/actions/assumptions'],
    status: () => 201,
    statuses: [201],
  },
  mcp: 'direct',
  tool: 'writ_assumption_record',

  async handler(ctx, input) {
    if (input.validated && input.invalidated) {
      const details = ['invalidated: an assumption cannot be validated and invalidated at once']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const agentId = await parentAgent(ctx, input.action_id)
    const at = ctx.now()
    const assumption = redactText(input.assumption)
    const basis = redactText(input.basis ?? '')
    const reason = redactText(input.invalidated_reason ?? '')
    const row = await ctx.db
      .insertInto('assumption')
      .values({
        org_id: ctx.actor.orgId,
        assumption_id: input.assumption_id ?? newId('asm'),
        action_id: input.action_id,
        agent_id: agentId,
        assumption: assumption.text,
        basis: input.basis === undefined ? null : basis.text,
        validated: input.validated,
        invalidated: input.invalidated,
        invalidated_reason: input.invalidated_reason === undefined ? null : reason.text,
        validated_at: input.validated ? at : null,
        invalidated_at: input.invalidated ? at : null,
        created_by: ctx.actor.principalId,
        created_at: at,
      })
      .onConflict((conflict) => conflict.columns(['org_id', 'assumption_id']).doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!row) throw new Fault('conflict', `An assumption with the id ${input.assumption_id} exists already.`)
    const security = securityOf(assumption.security, basis.security, reason.security)
    return { assumption: assumptionToWire(row), assumption_id: row.assumption_id, security }
  },
})
