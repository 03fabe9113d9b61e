import { createHash } from 'node:crypto'
import type { Transaction, Updateable } from 'kysely'
import { emitEvents, eventHub } from '#core/events/index'
import { hashSecret } from '#core/keys/index'
import { canonical } from '#core/ledger/index'
import { redactDeep } from '#core/scans/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { statusNews } from './news.rules.ts'
import type { TaskKin, TaskRow } from './schema.ts'
import { settleTask } from './settle.ts'
import { allowedAfter, mayFollow, refusalOf, type TaskStatus } from './state.rules.ts'
import type { TaskTable } from './tables.ts'

export const digestOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex')

/** As it is kept: secrets replaced, as JSON. */
export const keptJson = (value: unknown): string => JSON.stringify(redactDeep(value).value)

/** Tasks of the org with what other tables know of them; a key bound to an agent sees its own. */
export function tasksOf(ctx: Context) {
  const { orgId, agentId } = ctx.actor
  const query = ctx.db
    .selectFrom('task')
    .leftJoin('agent', (join) =>
      join.onRef('agent.org_id', '=', 'task.org_id').onRef('agent.agent_id', '=', 'task.agent_id'),
    )
    .leftJoin('agent_version', (join) =>
      join.onRef('agent_version.org_id', '=', 'task.org_id').onRef('agent_version.version_id', '=', 'task.version_id'),
    )
    .leftJoin('approval', (join) =>
      join.onRef('approval.org_id', '=', 'task.org_id').onRef('approval.action_id', '=', 'task.approval_action_id'),
    )
    .selectAll('task')
    .select(['agent.agent_name', 'agent_version.version_number', 'approval.state as approval_state'])
    .where('task.org_id', '=', orgId)
  return agentId === null ? query : query.where('task.agent_id', '=', agentId)
}

export async function findTask(ctx: Context, taskId: string): Promise<TaskRow & Required<TaskKin>> {
  const row = await tasksOf(ctx).where('task.task_id', '=', taskId).executeTakeFirst()
  if (!row) throw new Fault('not_found', 'Task not found')
  return row
}

export function refuseStep(from: TaskStatus, to: TaskStatus): Fault {
  return new Fault('conflict', refusalOf(from, to), { data: { status: from, allowed: allowedAfter(from) } })
}

export function assertStep(from: TaskStatus, to: TaskStatus): void {
  if (!mayFollow(from, to)) throw refuseStep(from, to)
}

/** What is done with a task that is run under a lease is done by who has it. Throws the 409. */
export function assertLease(row: TaskRow, token: string | undefined, now: Date): void {
  if (row.lease_hash === null && token === undefined) return
  const data = { status: row.status, attempts: row.attempts }
  if (token === undefined) {
    throw new Fault('conflict', 'This task is run under a lease: send the lease_token of its claim.', { data })
  }
  const holds = row.lease_hash === hashSecret(token) && row.leased_until !== null && row.leased_until > now
  if (row.status === 'running' && holds) return
  throw new Fault(
    'conflict',
    'The lease of this task was lost: it ran out, or the task has ended or is with another.',
    {
      data,
    },
  )
}

export type Change = Updateable<TaskTable>

/** Changes one task under its lock, as `decide` says, and tells the listeners when its status is another one. */
export async function changeTask(
  ctx: Context,
  taskId: string,
  decide: (row: TaskRow, now: Date) => Change,
): Promise<TaskRow> {
  const row = await transact(ctx.db, async (trx) => {
    const before = await lockTask(trx, ctx, taskId)
    const now = ctx.now()
    return written(trx, before, { ...decide(before, now), updated_at: now }, { at: now, by: ctx.actor.principalId })
  })
  ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
  return row
}

async function lockTask(trx: Transaction<Database>, ctx: Context, taskId: string): Promise<TaskRow> {
  const { orgId, agentId } = ctx.actor
  const query = trx.selectFrom('task').selectAll().where('org_id', '=', orgId).where('task_id', '=', taskId).forUpdate()
  const row = await query.executeTakeFirst()
  if (!row || (agentId !== null && agentId !== row.agent_id)) throw new Fault('not_found', 'Task not found')
  return row
}

// oxlint-disable-next-line max-params -- the row, what changes in it, and who does when
async function written(
  trx: Transaction<Database>,
  before: TaskRow,
  change: Change,
  { at, by }: { readonly at: Date; readonly by: string },
): Promise<TaskRow> {
  const row = await trx
    .updateTable('task')
    .set(change)
    .where('org_id', '=', before.org_id)
    .where('task_id', '=', before.task_id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (row.status === before.status) return row
  const told = Number(row.cost_micros ?? 0) - Number(before.cost_micros ?? 0)
  await settleTask(trx, row, { at, by, costMicros: change.cost_micros == null ? null : told })
  await emitEvents(trx, row.org_id, at, [statusNews(row)])
  return row
}

/** What its worker told of the cost, on top of earlier attempts; nothing where it told none. */
export function costAdded(before: TaskRow, costUsd: number | undefined): Pick<Change, 'cost_micros'> {
  return costUsd === undefined ? {} : { cost_micros: Number(before.cost_micros ?? 0) + Math.round(costUsd * 1e6) }
}

/** What a task is set to when nobody runs it any more. */
export const released = { lease_hash: null, leased_until: null } as const
