import { z } from 'zod'
import { AgentId, requireAgent } from '#core/agents/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { deniedReason } from './denied.ts'
import { returnLost } from './due.ts'
import { holdNext } from './hold.ts'
import { LeaseSeconds, Task, taskToWire } from './schema.ts'
import { startHeld } from './start.ts'
import { changeTask, released } from './store.ts'

const Waiting = z.object({
  task_id: z.string(),
  action_id: z.string().describe('A person decides on it; claim again when they have'),
  decision_id: z.string(),
  reason: z.string().nullable(),
})

export const claim = operation({
  name: 'tasks_claim',
  title: 'Claim the next task',
  description:
    "Take an agent's next task, the most urgent and then the oldest; the guard is asked first, and a lease keeps others off it.",
  input: z.object({
    agent_id: AgentId.optional().describe('May be left away with a key bound to an agent'),
    version_id: z.string().min(1).max(128).optional().describe('Only tasks that are routed to this version'),
    lease_seconds: LeaseSeconds,
  }),
  output: z.object({
    task: Task.nullable().describe('Null: nothing to do'),
    lease_token: z.string().nullable().describe('Needed to extend, report and end the task'),
    waiting: Waiting.optional().describe('The next task needs the yes of a person first'),
  }),
  scope: 'tasks:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/tasks/claim' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const agentId = agentOf(ctx, input.agent_id)
    const agent = await requireAgent(ctx, agentId)
    await returnLost(ctx.runtime, ctx.actor.orgId)
    for (;;) {
      const held = await holdNext(ctx, { agentId, versionId: input.version_id })
      if (!held) return { task: null, lease_token: null }
      const denied = await deniedReason(ctx, held.row)
      if (denied !== null) {
        const end = { status: 'failed' as const, reason: denied, ...released }
        await changeTask(ctx, held.row.task_id, (row, now) =>
          row.status === 'queued' ? { ...end, completed_at: now } : {},
        )
        continue
      }
      const started = await startHeld(ctx, held, input.lease_seconds)
      if (started.kind === 'started') {
        return { task: taskToWire({ ...started.row, agent_name: agent.agent_name }), lease_token: held.token }
      }
      if (started.kind === 'waiting') {
        const { action_id, decision_id, reason } = started.answer
        const waiting = { task_id: held.row.task_id, action_id, decision_id, reason }
        return { task: null, lease_token: null, waiting }
      }
    }
  },
})

function agentOf({ actor }: Context, named: string | undefined): string {
  const agentId = actor.agentId ?? named
  if (agentId === undefined) {
    const details = ['agent_id: is required, as this key is bound to no agent']
    throw new Fault('invalid_input', 'Validation failed', { details })
  }
  if (named !== undefined && named !== agentId) {
    throw new Fault('AGENT_MISMATCH', `This key is bound to the agent "${agentId}", not "${named}".`)
  }
  return agentId
}
