import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import type { TaskRow } from './schema.ts'
import { newHold, type Held } from './start.ts'
import { refuseStep } from './store.ts'

export interface Wanted {
  readonly agentId: string
  readonly versionId?: string | undefined
}

/** Holds the most urgent, then oldest task that is free, if any. Of parallel callers each gets another one. */
export async function holdNext(ctx: Context, { agentId, versionId }: Wanted): Promise<Held | undefined> {
  const now = ctx.now()
  const { token, set } = newHold(now)
  const ofVersion = versionId === undefined ? sql`` : sql`and version_id = ${versionId}`
  const { rows } = await sql<TaskRow>`
    update task set lease_hash = ${set.lease_hash}, leased_until = ${set.leased_until}
    where org_id = ${ctx.actor.orgId} and task_id = (
      select task_id from task
      where org_id = ${ctx.actor.orgId} and agent_id = ${agentId} and status = 'queued' and available_at <= ${now}
        and (leased_until is null or leased_until <= ${now}) and (deadline is null or deadline > ${now}) ${ofVersion}
      order by priority_rank desc, task_id limit 1 for update skip locked)
    returning *`.execute(ctx.db)
  return rows[0] && { row: rows[0], token }
}

/** Holds one task by name, for who starts it without asking for the next one. Throws the 409 when it is not free. */
export async function holdThis(ctx: Context, row: TaskRow): Promise<Held> {
  const now = ctx.now()
  const { token, set } = newHold(now)
  const { rows } = await sql<TaskRow>`
    update task set lease_hash = ${set.lease_hash}, leased_until = ${set.leased_until}
    where org_id = ${row.org_id} and task_id = ${row.task_id} and status = 'queued'
      and (leased_until is null or leased_until <= ${now})
    returning *`.execute(ctx.db)
  if (rows[0]) return { row: rows[0], token }
  const current = await ctx.db
    .selectFrom('task')
    .select('status')
    .where('org_id', '=', row.org_id)
    .where('task_id', '=', row.task_id)
    .executeTakeFirst()
  if (current && current.status !== 'queued') throw refuseStep(current.status, 'running')
  throw new Fault('conflict', 'The task is being claimed by another worker.', { data: { status: 'queued' } })
}
