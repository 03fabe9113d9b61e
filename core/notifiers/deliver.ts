import { sql, type RawBuilder } from 'kysely'
import { uuidv7 } from '../kernel/id.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { plugs } from './channels.ts'
import { FLOOD_MS, MAX_ATTEMPTS, planAlerts, retryDelay, type Sent } from './flood.rules.ts'
import { digestOf, itemsOf, type Item, type Told } from './message.ts'
import { NotSent, type Channel, type Message } from './plug.ts'
import type { NotifierRow } from './schema.ts'
import { opened, requireNotifier } from './store.ts'

const BATCH = 500
/** A server that died while it sent holds a message up this long. */
const LEASE_MS = 60_000
const TIMEOUT_MS = 15_000
/** After this the others have their turn; with the last call it is well within the lease. */
const TURN_MS = 15_000
/** Alerts of one digest. */
const MAX_DIGEST = 5000

/** Sends what is due. Every message at least once: who dies between sending and noting it sends it again, with its id. */
export async function deliverDue(runtime: Runtime): Promise<void> {
  const due = await claim(runtime)
  const byNotifier = Map.groupBy(due, (one) => `${one.org_id}\0${one.notifier_id}`)
  await Promise.all([...byNotifier.values()].map((all) => deliverTo(runtime, all)))
}

async function claim(runtime: Runtime, whose = sql<boolean>`true`, limit = BATCH): Promise<Told[]> {
  const now = runtime.now()
  const { rows } = await sql<Told & { created_at: Date }>`
    update notification as n set due_at = ${new Date(now.getTime() + LEASE_MS)}, attempts = n.attempts + 1
    from (select org_id, notifier_id, subject, ref from notification where status = 'pending' and due_at <= ${now}
      and ${whose} order by due_at limit ${limit} for update skip locked) as due
    where n.org_id = due.org_id and n.notifier_id = due.notifier_id and n.subject = due.subject and n.ref = due.ref
    returning n.org_id, n.notifier_id, n.subject, n.ref, n.attempts, n.held, n.created_at`.execute(runtime.db)
  return rows.toSorted((a, b) => a.created_at.getTime() - b.created_at.getTime())
}

async function deliverTo(runtime: Runtime, all: readonly Told[]): Promise<void> {
  const [{ org_id: orgId, notifier_id: notifierId } = { org_id: '', notifier_id: '' }] = all
  try {
    const notifier = await requireNotifier(runtime.db, orgId, notifierId)
    if (!notifier.active) return await settle(runtime, all, 'dropped', 'the notifier was switched off')
    const items = await toldOf(runtime, orgId, all)
    const approvals = items.filter(({ told }) => told.subject === 'approval')
    const alerts = items.filter(({ told }) => told.subject === 'alert')
    const steps = [...approvals.flatMap(alone), ...(await stepsFor(runtime, notifier, alerts))]
    await sendAll(runtime, notifier, steps)
  } catch (error) {
    // What was claimed is due again when its lease ends.
    runtime.log.error({ err: error, org: orgId, notifier: notifierId }, 'notifications could not be sent')
  }
}

/** What is over is dropped, unless a digest has to count it. */
async function toldOf(runtime: Runtime, orgId: string, all: readonly Told[]): Promise<Item[]> {
  const items = await itemsOf(runtime, orgId, all)
  const isOver = ({ told, message }: Item): boolean => message === undefined && !told.held
  const over = items.filter(isOver).map(({ told }) => told)
  await settle(runtime, over, 'dropped', null)
  return items.filter((item) => !isOver(item))
}

/** One message, and what is settled by it. */
interface Step {
  readonly items: readonly Item[]
  readonly message: Message
  readonly as: 'sent' | 'digested'
}

const alone = (item: Item): Step[] =>
  item.message === undefined ? [] : [{ items: [item], message: item.message, as: 'sent' }]

async function stepsFor(runtime: Runtime, notifier: NotifierRow, alerts: readonly Item[]): Promise<Step[]> {
  if (alerts.length === 0) return []
  const now = runtime.now()
  const plan = planAlerts(alerts, await sentBefore(runtime, notifier, now), notifier.digest_after, now)
  await postpone(runtime, plan.later, plan.laterAt, true)
  const single = plan.single.flatMap(alone)
  if (plan.digest.length === 0) return single
  // One digest for all that is due now, however much came.
  const { org_id: orgId, notifier_id: id } = notifier
  const rest = await claim(runtime, sql`org_id = ${orgId} and notifier_id = ${id} and subject = 'alert'`, MAX_DIGEST)
  const items = [...plan.digest, ...(await toldOf(runtime, orgId, rest))]
  const messages = items.flatMap(({ message }) => message ?? [])
  const digest = digestOf(runtime, messages, items.length - messages.length, `${id}.${uuidv7()}`)
  return [...single, { items, message: digest, as: 'digested' }]
}

/**
 * A receiver that fails or is slow holds up its own messages and nobody else's: what it did not get to is due again
 * with the one that failed, or at once.
 */
async function sendAll(runtime: Runtime, notifier: NotifierRow, steps: readonly Step[]): Promise<void> {
  const secrets = opened(runtime, notifier)
  const started = performance.now()
  for (const [index, step] of steps.entries()) {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const again = await sendStep({ runtime, notifier, secrets, signal }, step)
    const slow = performance.now() - started > TURN_MS ? runtime.now() : undefined
    const until = again ?? slow
    if (until === undefined) continue
    const left = steps.slice(index + 1).flatMap(({ items }) => items)
    return postpone(runtime, left, until)
  }
}

async function sentBefore(runtime: Runtime, notifier: NotifierRow, now: Date): Promise<Sent> {
  const { rows } = await sql<{ single: number; digest_at: Date | null }>`
    select count(*) filter (where status = 'sent') as single,
      max(settled_at) filter (where status = 'digested') as digest_at
    from notification where org_id = ${notifier.org_id} and notifier_id = ${notifier.notifier_id}
      and subject = 'alert' and status in ('sent', 'digested')
      and settled_at > ${new Date(now.getTime() - FLOOD_MS)}`.execute(runtime.db)
  return { single: rows[0]?.single ?? 0, digestAt: rows[0]?.digest_at ?? null }
}

/** When to try again, where that makes sense. */
async function sendStep(channel: Channel, { items, message, as }: Step): Promise<Date | undefined> {
  const { runtime, notifier } = channel
  const told = items.map((item) => item.told)
  try {
    await sendOne(channel, message)
  } catch (thrown) {
    if (!(thrown instanceof NotSent)) throw thrown
    await note(runtime, notifier, thrown.message)
    return failed(runtime, told, thrown)
  }
  await settle(runtime, told, as, null)
  await note(runtime, notifier, null)
  return undefined
}

export const sendOne = (channel: Channel, message: Message): Promise<void> =>
  plugs[channel.notifier.kind](channel, message)

async function failed(
  runtime: Runtime,
  told: readonly Told[],
  { message, final, retryAfter }: NotSent,
): Promise<Date | undefined> {
  const attempts = Math.max(...told.map((one) => one.attempts))
  if (final) {
    await settle(runtime, told, 'failed', message)
    return undefined
  }
  const due_at = new Date(runtime.now().getTime() + retryDelay(attempts, retryAfter, Math.random()))
  const [over, again] = [told.filter(isOver), told.filter((one) => !isOver(one))]
  await settle(runtime, over, 'failed', message)
  await change(runtime, again, { due_at, error: message })
  return due_at
}

const isOver = ({ attempts }: Told): boolean => attempts >= MAX_ATTEMPTS

/** Waiting for one's turn is no attempt. */
async function postpone(runtime: Runtime, items: readonly Item[], until: Date, held?: true): Promise<void> {
  const told = items.map((item) => item.told)
  const values = { due_at: until, attempts: sql<number>`attempts - 1` }
  await change(runtime, told, held ? { ...values, held } : values)
}

const settle = (
  runtime: Runtime,
  told: readonly Told[],
  status: 'sent' | 'digested' | 'dropped' | 'failed',
  error: string | null,
) => change(runtime, told, { status, error, settled_at: runtime.now() })

interface Change {
  readonly status?: 'sent' | 'digested' | 'dropped' | 'failed'
  readonly error?: string | null
  readonly settled_at?: Date
  readonly due_at?: Date
  readonly attempts?: RawBuilder<number>
  readonly held?: true
}

async function change(runtime: Runtime, told: readonly Told[], values: Change): Promise<void> {
  for (const subject of ['alert', 'approval'] as const) {
    const refs = told.filter((one) => one.subject === subject).map((one) => one.ref)
    const [first] = told
    if (!first || refs.length === 0) continue
    await runtime.db
      .updateTable('notification')
      .set(values)
      .where('org_id', '=', first.org_id)
      .where('notifier_id', '=', first.notifier_id)
      .where('subject', '=', subject)
      .where('ref', 'in', refs)
      .where('status', '=', 'pending')
      .execute()
  }
}

export async function note(runtime: Runtime, notifier: NotifierRow, error: string | null): Promise<void> {
  await runtime.db
    .updateTable('notifier')
    .set(error === null ? { last_sent_at: runtime.now(), last_error: null } : { last_error: error })
    .where('org_id', '=', notifier.org_id)
    .where('notifier_id', '=', notifier.notifier_id)
    .execute()
}
