import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { AgentPause, setPause } from './set-pause.ts'

export const resume = operation({
  name: 'agents_resume',
  title: 'Resume an agent',
  description: 'Lift the pause of one agent.',
  input: z.object({ agent_id: z.string().min(1).max(128) }),
  output: AgentPause,
  scope: 'agents:pause',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/agents/{agent_id}/resume' },
  mcp: 'catalog',
  handler: (ctx, input) => setPause(ctx, input.agent_id, null),
})
