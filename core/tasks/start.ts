import { emitEvents, eventHub } from '#core/events/index'
import { askGuard, type GuardAnswer } from '#core/guard/index'
import { hashSecret, newSecret } from '#core/keys/index'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { statusNews } from './news.rules.ts'
import type { TaskRow } from './schema.ts'
import { released } from './store.ts'

/** A queued task that nobody else can take while the guard is asked about it. */
export interface Held {
  readonly row: TaskRow
  /** Of the hold; becomes the lease when the task is started with one. */
  readonly token: string
}

/** Longer than any guard decision takes; a server that dies meanwhile gives the task back after it. */
const HOLD_MS = 120_000
/** A task that the guard refused lets the others go first for so long. */
const REFUSED_MS = 60_000
const WAITING_MS = 5000
/** Ids of blocks that are about the agent or the org, not about the task. */
const NOT_THE_TASK = /^builtin:(halt|pause|enrolment)$/
const MAX_CONTENT = 50_000

export function newHold(now: Date) {
  const token = newSecret('lease_')
  return { token, set: { lease_hash: hashSecret(token), leased_until: new Date(now.getTime() + HOLD_MS) } }
}

export type Started =
  | { readonly kind: 'started'; readonly row: TaskRow }
  /** It was cancelled, ended or taken by another meanwhile. */
  | { readonly kind: 'gone' }
  /** A person has to say yes first. */
  | { readonly kind: 'waiting'; readonly answer: GuardAnswer }

/** Starts a held task if the guard allows it. Throws the 403 when it does not; then the task stays in the queue. */
export async function startHeld(ctx: Context, held: Held, leaseSeconds: number | null): Promise<Started> {
  let answer: GuardAnswer
  try {
    answer = await askGuard(ctx, requestOf(held.row))
  } catch (thrown) {
    await letGo(ctx, held, 0)
    throw thrown
  }
  if (answer.decision === 'block') {
    await letGo(ctx, held, answer.matched_policies.some((id) => NOT_THE_TASK.test(id)) ? 0 : REFUSED_MS)
    throw blocked(held.row, answer)
  }
  if (answer.decision === 'require_approval') {
    await letGo(ctx, held, WAITING_MS, answer.action_id)
    return { kind: 'waiting', answer }
  }
  const row = await run(ctx, held, { leaseSeconds, decisionId: answer.decision_id })
  return row ? { kind: 'started', row } : { kind: 'gone' }
}

function requestOf(row: TaskRow) {
  const content = [row.description, row.input === null ? null : JSON.stringify(row.input)]
  const text = content.filter((part) => part !== null).join('\n')
  return {
    action_type: 'task.run',
    declared_goal: row.title,
    target: `task/${row.task_id}`,
    agent_id: row.agent_id,
    task_id: row.task_id,
    ...(row.version_id === null ? {} : { agent_version: row.version_id }),
    ...(text === '' ? {} : { content: text.slice(0, MAX_CONTENT).toWellFormed() }),
  }
}

function blocked(row: TaskRow, answer: GuardAnswer): Fault {
  return new Fault('blocked', `The guard blocks this task: ${answer.reason ?? 'no reason given'}`, {
    data: {
      task_id: row.task_id,
      decision: answer.decision,
      decision_id: answer.decision_id,
      reasons: answer.reasons,
      matched_policies: answer.matched_policies,
    },
  })
}

async function run(
  ctx: Context,
  { row, token }: Held,
  { leaseSeconds, decisionId }: { readonly leaseSeconds: number | null; readonly decisionId: string },
): Promise<TaskRow | undefined> {
  const { orgId, principalId, principalName } = ctx.actor
  const now = ctx.now()
  const lease = leaseSeconds === null ? released : { leased_until: new Date(now.getTime() + leaseSeconds * 1000) }
  const started = await transact(ctx.db, async (trx) => {
    const taken = await trx
      .updateTable('task')
      .set((eb) => ({
        status: 'running',
        attempts: eb('attempts', '+', 1),
        started_at: eb.fn.coalesce('started_at', eb.val(now)),
        updated_at: now,
        worker_id: principalId,
        worker_name: principalName,
        decision_id: decisionId,
        reason: null,
        ...lease,
      }))
      .where('org_id', '=', orgId)
      .where('task_id', '=', row.task_id)
      .where('status', '=', 'queued')
      .where('lease_hash', '=', hashSecret(token))
      .returningAll()
      .executeTakeFirst()
    if (taken) await emitEvents(trx, orgId, now, [statusNews(taken)])
    return taken
  })
  if (started) ctx.runtime.use(eventHub).nudge(orgId)
  return started
}

/** Back to the queue; when this fails the hold runs out by itself. */
async function letGo(ctx: Context, { row, token }: Held, delayMs: number, asked?: string): Promise<void> {
  const available_at = new Date(ctx.now().getTime() + delayMs)
  await ctx.db
    .updateTable('task')
    .set({ ...released, available_at, ...(asked === undefined ? {} : { approval_action_id: asked }) })
    .where('org_id', '=', row.org_id)
    .where('task_id', '=', row.task_id)
    .where('status', '=', 'queued')
    .where('lease_hash', '=', hashSecret(token))
    .execute()
}
