import type { EventDraft } from '#core/events/index'
import { priorityOf, type TaskRow } from './schema.ts'
import type { TaskStatus } from './state.rules.ts'

/** Larger outputs stay out of the event; the task has them. */
const MAX_OUTPUT_BYTES = 32_768

export function createdNews(row: TaskRow): EventDraft {
  return { name: 'task.created', ref: row.task_id, payload: payloadOf(row) }
}

/** What is told when a task has come into the status of the row; `queued`: it went back to the queue. */
export function statusNews(row: TaskRow): EventDraft {
  return drafts[row.status](row)
}

const drafts: Readonly<Record<TaskStatus, (row: TaskRow) => EventDraft>> = {
  queued: (row) => ({ name: 'task.requeued', ref: row.task_id, payload: payloadOf(row) }),
  running: (row) => ({ name: 'task.started', ref: row.task_id, payload: payloadOf(row) }),
  completed: (row) => ({ name: 'task.completed', ref: row.task_id, payload: payloadOf(row) }),
  failed: (row) => ({ name: 'task.failed', ref: row.task_id, payload: payloadOf(row) }),
  cancelled: (row) => ({ name: 'task.cancelled', ref: row.task_id, payload: payloadOf(row) }),
}

function payloadOf(row: TaskRow): Record<string, unknown> {
  const small = row.output !== null && Buffer.byteLength(JSON.stringify(row.output)) <= MAX_OUTPUT_BYTES
  return {
    task_id: row.task_id,
    agent_id: row.agent_id,
    version_id: row.version_id,
    title: row.title,
    priority: priorityOf(row.priority_rank),
    status: row.status,
    attempts: row.attempts,
    reason: row.reason,
    ...(small ? { output: row.output } : {}),
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    completed_at: row.completed_at?.toISOString() ?? null,
  }
}
