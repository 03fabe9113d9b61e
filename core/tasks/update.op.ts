import { z } from 'zod'
import { redactText } from '#core/scans/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { holdThis } from './hold.ts'
import { CostUsd, LeaseToken, Payload, Reason, Task, TaskId, taskToWire, type TaskRow } from './schema.ts'
import { startHeld } from './start.ts'
import { TASK_STATUSES } from './state.rules.ts'
import { assertLease, assertStep, changeTask, costAdded, findTask, keptJson, released, type Change } from './store.ts'

const Input = z.object({
  task_id: TaskId,
  status: z.enum(TASK_STATUSES).optional().describe('running is asked of the guard first'),
  output: Payload.optional(),
  progress: z.int().min(0).max(100).optional().describe('Percent'),
  progress_note: z.string().max(1000).optional(),
  reason: Reason.optional().describe('Why it failed or was cancelled'),
  cost_usd: CostUsd.optional(),
  lease_token: LeaseToken.optional().describe('Of a task that was claimed; not needed to cancel it'),
})
type Given = z.output<typeof Input>

export const update = operation({
  name: 'tasks_update',
  title: 'Update a task',
  description: 'Lead a task to another status, or report its progress and output.',
  input: Input,
  output: z.object({ task: Task }),
  scope: 'tasks:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'patch', path: '/api/tasks/{task_id}' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const known = await findTask(ctx, input.task_id)
    const { task_id: _, lease_token: __, ...changes } = input
    if (Object.values(changes).every((value) => value === undefined)) {
      const details = ['(body): name at least one of status, output, progress, progress_note, reason']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    if (input.status === 'running' && known.status === 'queued') await start(ctx, known)
    const row = await changeTask(ctx, input.task_id, (before, now) => changeOf(before, input, now))
    return { task: taskToWire({ ...row, agent_name: known.agent_name }) }
  },
})

/** Without a lease: whoever starts a task by name is trusted to end it. */
async function start(ctx: Context, known: TaskRow): Promise<void> {
  const started = await startHeld(ctx, await holdThis(ctx, known), null)
  if (started.kind === 'started') return
  if (started.kind === 'gone') throw new Fault('conflict', 'The task was changed meanwhile: read it, then try again.')
  const { action_id, decision_id, reasons } = started.answer
  throw new Fault('blocked', 'A person has to approve this task before it runs; they have been asked.', {
    data: { decision: 'require_approval', action_id, decision_id, reasons },
  })
}

function changeOf(before: TaskRow, input: Given, now: Date): Change {
  const to = input.status ?? before.status
  if (input.cost_usd !== undefined && (to === before.status || to === 'running')) {
    throw new Fault('invalid_input', 'Validation failed', { details: ['cost_usd: is told when the task ends'] })
  }
  if (to !== before.status || (input.status !== undefined && to !== 'running')) assertStep(before.status, to)
  if (input.status === undefined && before.completed_at !== null) {
    throw new Fault('conflict', `The task is ${before.status}; nothing of it changes any more.`, {
      data: { status: before.status, allowed: [] },
    })
  }
  if (before.status === 'running' && to !== 'cancelled') assertLease(before, input.lease_token, now)
  const ends = to !== before.status && to !== 'running'
  return {
    status: to,
    ...(input.output === undefined ? {} : { output: keptJson(input.output) }),
    ...(input.progress === undefined ? {} : { progress: input.progress }),
    ...(input.progress_note === undefined ? {} : { progress_note: redactText(input.progress_note).text }),
    ...(input.reason === undefined ? {} : { reason: redactText(input.reason).text }),
    ...(ends ? { completed_at: now, ...released, ...costAdded(before, input.cost_usd) } : {}),
  }
}
