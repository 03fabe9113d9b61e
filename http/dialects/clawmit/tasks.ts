import type { z } from 'zod'
import { create } from '#core/tasks/create.op'
import { get } from '#core/tasks/get.op'
import { list } from '#core/tasks/list.op'
import { update } from '#core/tasks/update.op'
import type { Call, Reply } from '../dialect.ts'
import { fieldsOf, pageOf, present } from './fields.ts'

type Task = z.output<typeof get.output>['task']

const NAMES = {
  agentId: 'agent_id',
  versionId: 'version_id',
  maxAttempts: 'max_attempts',
  idempotencyKey: 'idempotency_key',
  leaseToken: 'lease_token',
} as const

function taskToWire(task: Task): object {
  return {
    id: task.task_id,
    agentId: task.agent_id,
    versionId: task.version_id,
    title: task.title,
    status: task.status,
    priority: task.priority,
    createdAt: task.created_at,
    agent: { id: task.agent_id, name: task.agent_name ?? task.agent_id },
    ...present({
      description: task.description,
      input: task.input,
      output: task.output,
      error: task.status === 'failed' ? task.reason : null,
      startedAt: task.started_at,
      completedAt: task.completed_at,
    }),
  }
}

export async function createTask({ body, run }: Call): Promise<Reply> {
  const { task } = await run(create, fieldsOf(body, NAMES) as z.input<typeof create.input>)
  return { status: 201, body: taskToWire(task) }
}

export async function listTasks({ query, run }: Call): Promise<Reply> {
  const { limit, offset } = pageOf(query, 50)
  const [status, agent_id] = [query.get('status') ?? undefined, query.get('agentId') ?? undefined]
  const { tasks } = await run(list, { status, agent_id, limit, offset } as z.input<typeof list.input>)
  return { status: 200, body: { data: tasks.map(taskToWire) } }
}

export async function getTask({ params, run }: Call): Promise<Reply> {
  const { task } = await run(get, { task_id: params['id'] ?? '' })
  return { status: 200, body: taskToWire(task) }
}

export async function updateTask({ params, body, run }: Call): Promise<Reply> {
  const given = fieldsOf(body, { ...NAMES, error: 'reason' })
  const { task } = await run(update, { ...given, task_id: params['id'] ?? '' })
  return { status: 200, body: taskToWire(task) }
}
