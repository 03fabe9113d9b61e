import { sql, type RawBuilder, type Transaction } from 'kysely'
import { emitEvents, eventHub } from '#core/events/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { statusNews } from './news.rules.ts'
import type { TaskRow } from './schema.ts'
import { settleTask } from './settle.ts'

/** Tasks of one org that are looked after in one transaction. */
const BATCH = 200
const MAX_ORGS = 100
const BY = 'system:tasks'

const LATE = sql`deadline <= `
const open = sql`status in ('queued', 'running')`

/** Returns tasks of dead workers to the queue and ends those whose deadline has passed, in every org. */
export async function sweepTasks(runtime: Runtime): Promise<void> {
  const now = runtime.now()
  const { rows } = await sql<{ org_id: string }>`
    select distinct org_id from (
      (select org_id from task where status = 'running' and leased_until <= ${now} order by leased_until limit ${MAX_ORGS * BATCH})
      union all
      (select org_id from task where ${open} and ${LATE}${now} order by deadline limit ${MAX_ORGS * BATCH})
    ) as due limit ${MAX_ORGS}`.execute(runtime.db)
  for (const { org_id: orgId } of rows) await endDue(runtime, orgId)
}

/** The same for one org, before somebody claims there: a lost task need not wait for the job. */
export async function returnLost(runtime: Runtime, orgId: string): Promise<void> {
  const due = runtime.db
    .selectFrom('task')
    .select('task_id')
    .where('org_id', '=', orgId)
    .where('status', '=', 'running')
    .where('leased_until', '<=', runtime.now())
    .limit(1)
  if (await due.executeTakeFirst()) await endDue(runtime, orgId)
}

async function endDue(runtime: Runtime, orgId: string): Promise<void> {
  const now = runtime.now()
  const told = await endThose(runtime, { orgId, now, which: sql`approval_action_id is null` })
  let ended = told
  // One by one: the action of each has its own place in the ledger, and its locks.
  for (const taskId of await askedAbout(runtime, orgId, now)) {
    ended += await endThose(runtime, { orgId, now, which: sql`task_id = ${taskId}` })
  }
  if (ended > 0) runtime.use(eventHub).nudge(orgId)
}

/** Tasks that are due and that a person was asked about. */
async function askedAbout(runtime: Runtime, orgId: string, now: Date): Promise<string[]> {
  const { rows } = await sql<{ task_id: string }>`
    (select task_id from task where org_id = ${orgId} and ${open} and ${LATE}${now} and approval_action_id is not null
      order by deadline limit ${BATCH})
    union
    (select task_id from task where org_id = ${orgId} and status = 'running' and leased_until <= ${now}
      and approval_action_id is not null order by leased_until limit ${BATCH})`.execute(runtime.db)
  return rows.map((row) => row.task_id)
}

interface Which {
  readonly orgId: string
  readonly now: Date
  readonly which: RawBuilder<unknown>
}

/** What was held of budgets for a lost worker lapses by itself, but for that of an action, which gets an outcome. */
function endThose(runtime: Runtime, due: Which): Promise<number> {
  return transact(runtime.db, async (trx) => {
    const rows = [...(await endLate(trx, due)), ...(await requeueLost(trx, due))]
    for (const row of rows) {
      if (row.approval_action_id !== null) await settleTask(trx, row, { at: due.now, by: BY, costMicros: null })
    }
    await emitEvents(trx, due.orgId, due.now, rows.map(statusNews))
    return rows.length
  })
}

async function endLate(trx: Transaction<Database>, { orgId, now, which }: Which): Promise<TaskRow[]> {
  const { rows } = await sql<TaskRow>`
    update task set status = 'failed', reason = 'The deadline passed.', completed_at = ${now}, updated_at = ${now},
      lease_hash = null, leased_until = null
    where org_id = ${orgId} and task_id in (
      select task_id from task where org_id = ${orgId} and ${open} and ${LATE}${now} and ${which}
      order by task_id limit ${BATCH} for update skip locked)
    returning *`.execute(trx)
  return rows
}

async function requeueLost(trx: Transaction<Database>, { orgId, now, which }: Which): Promise<TaskRow[]> {
  const ends = sql`attempts >= max_attempts`
  const { rows } = await sql<TaskRow>`
    update task set status = case when ${ends} then 'failed' else 'queued' end,
      completed_at = case when ${ends} then ${now}::timestamptz end,
      reason = 'Its worker did not extend the lease.', available_at = ${now}, updated_at = ${now},
      lease_hash = null, leased_until = null
    where org_id = ${orgId} and task_id in (
      select task_id from task where org_id = ${orgId} and status = 'running' and leased_until <= ${now} and ${which}
      order by task_id limit ${BATCH} for update skip locked)
    returning *`.execute(trx)
  return rows
}
