import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { CostUsd, LeaseToken, Payload, Task, TaskId, taskToWire } from './schema.ts'
import { assertLease, assertStep, changeTask, costAdded, keptJson, released } from './store.ts'

export const complete = operation({
  name: 'tasks_complete',
  title: 'Complete a task',
  description: 'Report that a task is done, with its output; 409 when the lease was lost.',
  input: z.object({
    task_id: TaskId,
    lease_token: LeaseToken.optional(),
    output: Payload.optional(),
    cost_usd: CostUsd.optional(),
  }),
  output: z.object({ task: Task }),
  scope: 'tasks:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/tasks/{task_id}/complete' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const row = await changeTask(ctx, input.task_id, (before, now) => {
      assertStep(before.status, 'completed')
      assertLease(before, input.lease_token, now)
      const output = input.output === undefined ? {} : { output: keptJson(input.output) }
      const cost = costAdded(before, input.cost_usd)
      return { status: 'completed', completed_at: now, progress: 100, reason: null, ...released, ...output, ...cost }
    })
    return { task: taskToWire(row) }
  },
})
