import { z } from 'zod'
import { redactText } from '#core/scans/index'
import { operation } from '../kernel/operation.ts'
import { LeaseSeconds, LeaseToken, Task, TaskId, taskToWire } from './schema.ts'
import { assertLease, changeTask } from './store.ts'

export const extend = operation({
  name: 'tasks_extend',
  title: 'Extend the lease of a task',
  description: 'Keep a claimed task, counted from now; 409 when the lease was lost: then stop working on it.',
  input: z.object({
    task_id: TaskId,
    lease_token: LeaseToken,
    lease_seconds: LeaseSeconds,
    progress: z.int().min(0).max(100).optional().describe('Percent'),
    progress_note: z.string().max(1000).optional(),
  }),
  output: z.object({ task: Task }),
  scope: 'tasks:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/tasks/{task_id}/extend' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const row = await changeTask(ctx, input.task_id, (before, now) => {
      assertLease(before, input.lease_token, now)
      return {
        leased_until: new Date(now.getTime() + input.lease_seconds * 1000),
        ...(input.progress === undefined ? {} : { progress: input.progress }),
        ...(input.progress_note === undefined ? {} : { progress_note: redactText(input.progress_note).text }),
      }
    })
    return { task: taskToWire(row) }
  },
})
