import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { Task, TaskId, taskToWire } from './schema.ts'
import { findTask } from './store.ts'

export const get = operation({
  name: 'tasks_get',
  title: 'Get a task',
  description: 'Show one task with its input, output and progress.',
  input: z.object({ task_id: TaskId }),
  output: z.object({ task: Task }),
  scope: 'tasks:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/tasks/{task_id}' },
  mcp: 'catalog',

  async handler(ctx, input) {
    return { task: taskToWire(await findTask(ctx, input.task_id)) }
  },
})
