import { z } from 'zod'
import { chooseVersion, requireVersion } from '#core/agent-versions/index'
import { requireAgent } from '#core/agents/index'
import { emitEvents, eventHub } from '#core/events/index'
import { redactText } from '#core/scans/index'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { createdNews } from './news.rules.ts'
import { Task, taskInput, taskToWire, type TaskRow } from './schema.ts'
import { PRIORITIES } from './state.rules.ts'
import { digestOf, keptJson } from './store.ts'

const Input = z.object(taskInput)
type Given = z.output<typeof Input>

export const create = operation({
  name: 'tasks_create',
  title: 'Create a task',
  description: 'Queue a task for an agent; it is routed to a version and claimed by priority, then age.',
  input: Input,
  output: z.object({ task: Task, idempotent_replay: z.literal(true).optional() }),
  scope: 'tasks:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/tasks', status: () => 201, statuses: [201] },
  mcp: 'catalog',

  async handler(ctx, input) {
    const agent = await requireAgent(ctx, input.agent_id)
    if (input.deadline !== undefined && new Date(input.deadline) <= ctx.now()) {
      throw new Fault('invalid_input', 'Validation failed', { details: ['deadline: must lie in the future'] })
    }
    const { idempotency_key: key, ...body } = input
    const digest = key === undefined ? null : digestOf(JSON.parse(JSON.stringify(body)))
    const taskId = newId('task')
    const versionId = await routed(ctx, input, taskId)
    const made = await transact(ctx.db, async (trx) => {
      const row = await trx
        .insertInto('task')
        .values({ ...rowOf(ctx, input, { taskId, versionId }), idempotency_key: key ?? null, request_digest: digest })
        .onConflict((conflict) =>
          conflict.columns(['org_id', 'idempotency_key']).where('idempotency_key', 'is not', null).doNothing(),
        )
        .returningAll()
        .executeTakeFirst()
      if (row) await emitEvents(trx, ctx.actor.orgId, row.created_at, [createdNews(row)])
      return row
    })
    const name = { agent_name: agent.agent_name }
    if (!made) return { task: taskToWire({ ...(await replayOf(ctx, key ?? '', digest)), ...name }), ...REPLAY }
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    return { task: taskToWire({ ...made, ...name }) }
  },
})

const REPLAY = { idempotent_replay: true as const }

async function routed(ctx: Context, input: Given, taskId: string): Promise<string | null> {
  const { orgId } = ctx.actor
  if (input.version_id !== undefined)
    return (await requireVersion(ctx.db, orgId, input.agent_id, input.version_id)).version_id
  return (await chooseVersion(ctx.db, orgId, { agentId: input.agent_id, key: taskId })).versionId
}

function rowOf(ctx: Context, input: Given, { taskId, versionId }: { taskId: string; versionId: string | null }) {
  const at = ctx.now()
  return {
    org_id: ctx.actor.orgId,
    task_id: taskId,
    agent_id: input.agent_id,
    version_id: versionId,
    title: redactText(input.title).text,
    description: input.description === undefined ? null : redactText(input.description).text,
    priority_rank: PRIORITIES.indexOf(input.priority),
    status: 'queued' as const,
    input: input.input === undefined ? null : keptJson(input.input),
    attempts: 0,
    max_attempts: input.max_attempts,
    available_at: at,
    deadline: input.deadline === undefined ? null : new Date(input.deadline),
    created_by: ctx.actor.principalId,
    created_at: at,
    updated_at: at,
  }
}

async function replayOf(ctx: Context, key: string, digest: string | null): Promise<TaskRow> {
  const row = await ctx.db
    .selectFrom('task')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('idempotency_key', '=', key)
    .executeTakeFirstOrThrow()
  if (row.request_digest === digest) return row
  throw new Fault('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used with another body.')
}
