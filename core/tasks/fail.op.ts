import { z } from 'zod'
import { redactText } from '#core/scans/index'
import { operation } from '../kernel/operation.ts'
import { CostUsd, LeaseToken, Payload, Reason, Task, TaskId, taskToWire } from './schema.ts'
import { afterAttempt } from './state.rules.ts'
import { assertLease, assertStep, changeTask, costAdded, keptJson, released } from './store.ts'

export const fail = operation({
  name: 'tasks_fail',
  title: 'Report a failed task',
  description:
    'Report that a task could not be done: it returns to the queue while it has attempts left, else it fails.',
  input: z.object({
    task_id: TaskId,
    lease_token: LeaseToken.optional(),
    reason: Reason,
    output: Payload.optional(),
    cost_usd: CostUsd.optional(),
    retry: z.boolean().default(true).describe('False: it fails at once'),
    retry_after_seconds: z.int().min(0).max(86_400).default(0),
  }),
  output: z.object({ task: Task }),
  scope: 'tasks:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/tasks/{task_id}/fail' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const row = await changeTask(ctx, input.task_id, (before, now) => {
      assertStep(before.status, 'failed')
      assertLease(before, input.lease_token, now)
      const status = input.retry ? afterAttempt(before.attempts, before.max_attempts) : 'failed'
      return {
        status,
        reason: redactText(input.reason).text,
        ...released,
        ...costAdded(before, input.cost_usd),
        ...(input.output === undefined ? {} : { output: keptJson(input.output) }),
        ...(status === 'failed'
          ? { completed_at: now }
          : { available_at: new Date(now.getTime() + input.retry_after_seconds * 1000) }),
      }
    })
    return { task: taskToWire(row) }
  },
})
