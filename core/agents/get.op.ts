import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { AgentDetail, AgentId, agentToDetail } from './schema.ts'
import { requireAgent } from './store.ts'

export const get = operation({
  name: 'agents_get',
  title: 'Get an agent',
  description: 'Show one agent: name, presence, pause, registration, number of actions.',
  input: z.object({ agent_id: AgentId }),
  output: z.object({ agent: AgentDetail }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}' },
  mcp: 'catalog',
  handler: async (ctx, input) => ({ agent: agentToDetail(await requireAgent(ctx, input.agent_id), ctx.now()) }),
})
