import { z } from 'zod'
import { redactText } from '#core/scans/index'
import { operation } from '../kernel/operation.ts'
import { AgentPause, setPause } from './set-pause.ts'

export const pause = operation({
  name: 'agents_pause',
  title: 'Pause an agent',
  description: 'Pause one agent: its guard decisions are block until it is resumed.',
  input: z.object({ agent_id: z.string().min(1).max(128), reason: z.string().max(500).optional() }),
  output: AgentPause,
  scope: 'agents:pause',
  annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/agents/{agent_id}/pause' },
  mcp: 'catalog',
  handler: (ctx, input) =>
    setPause(ctx, input.agent_id, { reason: input.reason === undefined ? null : redactText(input.reason).text }),
})
