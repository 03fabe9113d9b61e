import { z } from 'zod'
import { emitEvents, eventHub } from '#core/events/index'
import { redactDeep, redactText, Security, securityOf } from '#core/scans/index'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { Loop, LoopType, loopToWire, priorities } from './schema.ts'
import { parentOf } from './store.ts'

export const create = operation({
  name: 'loops_create',
  title: 'Open a loop',
  description: 'Note something an action leaves open: a follow-up, question, dependency, review.',
  input: z.object({
    action_id: z.string().min(1).max(128),
    loop_type: LoopType,
    description: z.string().min(1).max(2000),
    loop_id: z
      .string()
      .regex(/^[A-Za-z0-9][\w.:-]*$/)
      .max(128)
      .optional(),
    priority: z.enum(priorities).default('medium'),
    owner: z.string().max(256).optional(),
    status: z.enum(['open', 'resolved', 'cancelled']).default('open'),
    resolution: z.string().min(1).max(2000).optional().describe('Required with status resolved'),
    metadata: z.record(z.string(), z.unknown()).optional(),
  }),
  output: z.object({ loop: Loop, loop_id: z.string(), security: Security }),
  scope: 'loops:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/actions/loops', status: () => 201, statuses: [201] },
  mcp: 'direct',
  tool: 'writ_loop_add',

  async handler(ctx, input) {
    const parent = await parentOf(ctx, input.action_id)
    if (!parent) throw new Fault('not_found', 'Parent action not found')
    if (input.status === 'resolved' && input.resolution === undefined) {
      throw new Fault('invalid_input', 'Validation failed', {
        details: ['resolution: is required with status resolved'],
      })
    }
    const { texts, security } = redacted(input)
    const at = ctx.now()
    const row = await ctx.db.transaction().execute(async (trx) => {
      const made = await trx
        .insertInto('open_loop')
        .values({
          org_id: ctx.actor.orgId,
          loop_id: input.loop_id ?? newId('loop'),
          action_id: input.action_id,
          agent_id: parent.agent_id,
          loop_type: input.loop_type,
          ...texts,
          status: input.status,
          priority: input.priority,
          priority_rank: priorities.indexOf(input.priority),
          created_by: ctx.actor.principalId,
          created_at: at,
          resolved_at: input.status === 'open' ? null : at,
        })
        .onConflict((conflict) => conflict.columns(['org_id', 'loop_id']).doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!made) throw new Fault('conflict', `A loop with the id ${input.loop_id} exists already.`)
      await emitEvents(trx, ctx.actor.orgId, at, [
        { name: 'loop.created', ref: made.loop_id, payload: loopToWire(made) },
      ])
      return made
    })
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    const { action_status: _, ...about } = parent
    return { loop: { ...loopToWire(row), ...about }, loop_id: row.loop_id, security }
  },
})

interface Texts {
  readonly description: string
  readonly owner?: string | undefined
  readonly resolution?: string | undefined
  readonly metadata?: Record<string, unknown> | undefined
}

/** What the agent wrote, as it is stored. */
function redacted({ description: text, ...more }: Texts) {
  const description = redactText(text)
  const owner = redactText(more.owner ?? '')
  const resolution = redactText(more.resolution ?? '')
  const metadata = redactDeep(more.metadata ?? null)
  return {
    texts: {
      description: description.text,
      owner: more.owner === undefined ? null : owner.text,
      resolution: more.resolution === undefined ? null : resolution.text,
      metadata: more.metadata === undefined ? null : JSON.stringify(metadata.value),
    },
    security: securityOf(description.security, owner.security, resolution.security, metadata.security),
  }
}
