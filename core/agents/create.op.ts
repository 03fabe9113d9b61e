import { z } from 'zod'
import { redactText } from '#core/scans/index'
import { eventHub } from '#core/events/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { registerAgent } from './register.ts'
import { AgentDetail, AgentId, agentToDetail } from './schema.ts'
import { requireAgent } from './store.ts'

/** Other routes have these names in the place of an agent's id. */
const TAKEN = new Set(['connections', 'heartbeat', 'invoke', 'registry'])

export const create = operation({
  name: 'agents_create',
  title: 'Register an agent',
  description: 'Register an agent, seen or not, so that it may act also where the enrolment of agents is closed.',
  input: z.object({
    agent_id: AgentId.refine((id) => !TAKEN.has(id), { message: `must not be ${[...TAKEN].join(', ')}` }),
    agent_name: z.string().min(1).max(256).optional(),
    description: z.string().max(2000).optional(),
  }),
  output: z.object({ agent: AgentDetail, idempotent_replay: z.boolean().optional() }),
  // Letting an agent in is for whoever may stop one; `agents:write` is what agents have for themselves.
  scope: 'agents:pause',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: {
    method: 'post',
    path: '/api/agents',
    status: (output) => (output.idempotent_replay ? 200 : 201),
    statuses: [200, 201],
  },
  // Over MCP a write speaks for the agent that calls; this one names another.
  mcp: 'hidden',

  async handler(ctx, input) {
    const clean = (text: string | undefined): string | null => (text === undefined ? null : redactText(text).text)
    const [agentName, description] = [clean(input.agent_name), clean(input.description)]
    const wanted = { agentId: input.agent_id, agentName, description, at: ctx.now() }
    const { row, isNew } = await transact(ctx.db, async (trx) => {
      const made = await registerAgent(trx, ctx.actor, wanted)
      const differs = differing(made.row.agent_name, agentName) || differing(made.row.description, description)
      if (!differs) return made
      const message = `The agent "${input.agent_id}" is registered already, with another name or description.`
      throw new Fault('conflict', message)
    })
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    const agent = agentToDetail(await requireAgent(ctx, row.agent_id), ctx.now())
    return { agent, ...(isNew ? {} : { idempotent_replay: true }) }
  },
})

function differing(kept: string | null, given: string | null): boolean {
  return given !== null && given !== kept
}
