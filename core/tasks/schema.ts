import type { Selectable } from 'kysely'
import { z } from 'zod'
import { Instant } from '../kernel/time.ts'
import { PRIORITIES, TASK_STATUSES, type Priority } from './state.rules.ts'
import type { TaskTable } from './tables.ts'

export type TaskRow = Selectable<TaskTable>

export const TaskId = z.string().min(1).max(128)
export const LeaseToken = z.string().min(1).max(128).describe('lease_token of the claim')
export const LeaseSeconds = z
  .int()
  .min(5)
  .max(86_400)
  .default(300)
  .describe('The task returns to the queue when the lease is not extended for so long')
export const CostUsd = z
  .number()
  .min(0)
  .max(1_000_000)
  .describe('What this attempt cost; not also by events, or it counts twice')
export const Reason = z.string().min(1).max(2000)

const MAX_BYTES = 1_000_000
const fits = (value: unknown): boolean => Buffer.byteLength(JSON.stringify(value) ?? '') <= MAX_BYTES

/** Any JSON object; secrets in it are replaced by their marks before it is kept. */
export const Payload = z.record(z.string(), z.unknown()).refine(fits, { message: 'is larger than 1 MB' })

export const taskInput = {
  agent_id: z.string().min(1).max(128),
  version_id: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe("Id or number; when left away the agent's traffic shares decide, else its current version"),
  title: z.string().min(1).max(256),
  description: z.string().max(10_000).optional(),
  priority: z.enum(PRIORITIES).default('medium'),
  input: Payload.optional(),
  deadline: Instant.optional().describe('A task that has not ended by then fails'),
  max_attempts: z.int().min(1).max(100).default(3).describe('Starts, after which a task that is lost again fails'),
  idempotency_key: z.string().min(1).max(256).optional(),
} as const

const APPROVAL_STATES = ['pending', 'approved', 'denied', 'expired', 'withdrawn'] as const

export const Task = z
  .object({
    task_id: z.string(),
    agent_id: z.string(),
    agent_name: z.string().nullable(),
    version_id: z.string().nullable(),
    version_number: z.int().nullable().optional().describe('Told when tasks are read'),
    title: z.string(),
    description: z.string().nullable(),
    priority: z.enum(PRIORITIES),
    status: z.enum(TASK_STATUSES),
    input: z.record(z.string(), z.unknown()).nullable(),
    output: z.record(z.string(), z.unknown()).nullable(),
    progress: z.int().nullable().describe('Percent'),
    progress_note: z.string().nullable(),
    reason: z.string().nullable().describe('Why it failed, was cancelled or went back to the queue'),
    attempts: z.int(),
    max_attempts: z.int(),
    available_at: z.iso.datetime().describe('It is not claimed before'),
    deadline: z.iso.datetime().nullable(),
    leased_until: z.iso.datetime().nullable(),
    worker: z.string().nullable().describe('Name of the credential that has it'),
    cost_usd: z.number().nullable().describe('As its workers told when they ended it'),
    decision_id: z.string().nullable().describe('The guard decision under which it was started'),
    approval: z
      .object({ action_id: z.string(), state: z.enum(APPROVAL_STATES) })
      .nullable()
      .optional()
      .describe('What a person was asked last before it may run; told when tasks are read'),
    created_by: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    completed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Task' })
export type Task = z.output<typeof Task>

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

export const priorityOf = (rank: number): Priority => PRIORITIES[rank] ?? 'medium'

/** What stands in other tables; undefined where nobody looked there. */
export interface TaskKin {
  readonly agent_name?: string | null
  readonly version_number?: number | null
  readonly approval_state?: (typeof APPROVAL_STATES)[number] | null
}

export function taskToWire(row: TaskRow & TaskKin): Task {
  const { approval_action_id: asked, approval_state: state } = row
  return {
    task_id: row.task_id,
    agent_id: row.agent_id,
    agent_name: row.agent_name ?? null,
    version_id: row.version_id,
    ...(row.version_number === undefined ? {} : { version_number: row.version_number }),
    title: row.title,
    description: row.description,
    priority: priorityOf(row.priority_rank),
    status: row.status,
    input: row.input as Task['input'],
    output: row.output as Task['output'],
    progress: row.progress,
    progress_note: row.progress_note,
    reason: row.reason,
    attempts: row.attempts,
    max_attempts: row.max_attempts,
    available_at: row.available_at.toISOString(),
    deadline: iso(row.deadline),
    leased_until: row.status === 'running' ? iso(row.leased_until) : null,
    worker: row.status === 'queued' ? null : row.worker_name,
    cost_usd: row.cost_micros === null ? null : Number(row.cost_micros) / 1e6,
    decision_id: row.decision_id,
    ...(state === undefined ? {} : { approval: asked === null || state === null ? null : { action_id: asked, state } }),
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    started_at: iso(row.started_at),
    completed_at: iso(row.completed_at),
  }
}
