import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Task, taskToWire } from './schema.ts'
import { TASK_STATUSES } from './state.rules.ts'
import { tasksOf } from './store.ts'

export const list = operation({
  name: 'tasks_list',
  title: 'List tasks',
  description: 'List tasks, newest first, by status and agent.',
  input: z.object({
    status: z.enum(TASK_STATUSES).optional(),
    agent_id: z.string().min(1).max(128).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ tasks: z.array(Task), next_cursor: z.string().nullable() }),
  scope: 'tasks:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/tasks' },
  mcp: 'catalog',

  async handler(ctx, input) {
    // Ids are in the order of time.
    let query = tasksOf(ctx)
      .orderBy('task.task_id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.status !== undefined) query = query.where('task.status', '=', input.status)
    if (input.agent_id !== undefined) query = query.where('task.agent_id', '=', input.agent_id)
    if (input.cursor !== undefined) query = query.where('task.task_id', '<', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.task_id])
    return { tasks: rows.map(taskToWire), next_cursor: nextCursor }
  },
})
