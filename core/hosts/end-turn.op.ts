import { z } from 'zod'
import { agentOf } from '#core/guard/index'
import { readUsage } from '#core/transcripts/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { addUsage } from './add-usage.ts'
import { closeOpen } from './close-open.ts'
import { hookFields } from './schema.ts'

export const endTurn = operation({
  name: 'hosts_end_turn',
  title: 'Report the end of a turn of a host',
  description: 'Add tokens and cost of a turn to its session, each answer once, and close calls that were never ended.',
  input: z.looseObject({
    ...hookFields,
    session_id: z.string().min(1).max(128),
    records: z
      .array(z.looseObject({ type: z.string().max(64) }))
      .max(2000)
      .default([])
      .describe("The lines of the client's transcript that tell of tokens; anything else in them is passed over"),
    ended: z.boolean().default(false).describe('The session ends with this turn'),
  }),
  output: z.object({
    answers: z.int().describe('Answers of models that were not known yet'),
    tokens_in: z.int().describe('With what was read from and written to caches'),
    tokens_out: z.int(),
    cost_usd: z.number(),
    unpriced_models: z.array(z.string()),
    closed: z.int().describe('Open calls that were closed as cancelled'),
  }),
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/hosts/{host}/end-turn' },
  mcp: 'hidden',

  async handler(ctx, { host, session_id: sessionId, agent, model, records, ended }) {
    const agentId = agentOf(ctx, { agent_id: agent })
    if (agentId === null) {
      const details = ['agent: is required: name the agent, as this key is bound to none']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const turn = { host, sessionId, agentId, model: typeof model === 'string' ? model : undefined }
    const sum = await addUsage(ctx, turn, readUsage(records))
    return { ...sum, closed: await closeOpen(ctx, turn, ended) }
  },
})
