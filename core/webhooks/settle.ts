import { randomInt } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { emitEvents, eventHub } from '#core/events/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { MAX_ATTEMPTS, waitAfter } from './schedule.rules.ts'
import type { EndpointRow, MessageRow } from './schema.ts'
import type { Outcome } from './send.ts'

const KEPT_TRIES = 20

type Sent = Pick<MessageRow, 'org_id' | 'webhook_id' | 'delivery_id' | 'attempts'>

/** Writes down how an attempt went, and what becomes of the delivery and its endpoint. */
export async function settle(runtime: Runtime, message: Sent, outcome: Outcome): Promise<void> {
  const now = runtime.now()
  if (outcome.kind === 'aborted') return release(runtime, message)
  const told = await transact(runtime.db, async (trx) => {
    const endpoint = await lockEndpoint(trx, message, outcome)
    if (outcome.kind === 'delivered') {
      await write(trx, message, outcome, { state: 'delivered', settled_at: now })
      return false
    }
    const random = randomInt(1_000_000) / 1_000_000
    const wait = waitAfter(message.attempts, runtime.settings.webhook_retry_ms, random)
    const over = wait === null && outcome.kind !== 'gone'
    const next_at = new Date(now.getTime() + Math.max(wait ?? 0, outcome.restMs))
    await write(trx, message, outcome, over ? { state: 'failed', settled_at: now } : { state: 'pending', next_at })
    return endpoint === undefined ? false : noteFailure(trx, endpoint, { message, outcome, over, now })
  })
  if (told) runtime.use(eventHub).nudge(message.org_id)
}

/** A success writes to the endpoint only where it ends a row of failures: its row is shared by all its deliveries. */
async function lockEndpoint(
  trx: Transaction<Database>,
  { org_id, webhook_id }: Sent,
  { kind }: Outcome,
): Promise<EndpointRow | undefined> {
  if (kind === 'delivered') {
    await trx
      .updateTable('webhook_endpoint')
      .set({ failures: 0, failing_since: null, held_until: null })
      .where('org_id', '=', org_id)
      .where('webhook_id', '=', webhook_id)
      .where('failures', '>', 0)
      .execute()
    return undefined
  }
  const query = trx.selectFrom('webhook_endpoint').selectAll().where('org_id', '=', org_id).forUpdate()
  return query.where('webhook_id', '=', webhook_id).executeTakeFirst()
}

type Next =
  | { readonly state: 'delivered' | 'failed'; readonly settled_at: Date }
  | { readonly state: 'pending'; readonly next_at: Date }

async function write(trx: Transaction<Database>, message: Sent, { tried }: Outcome, next: Next): Promise<void> {
  // Of many tries (a delivery can be replayed) the newest stay.
  const tries = sql<string>`(case when jsonb_array_length(tries) >= ${KEPT_TRIES} then tries - 0 else tries end)
    || ${JSON.stringify([tried])}::jsonb`
  await trx
    .updateTable('webhook_message')
    .set({ ...next, leased_until: null, tries })
    .where('org_id', '=', message.org_id)
    .where('delivery_id', '=', message.delivery_id)
    .execute()
}

interface Failure {
  readonly message: Sent
  readonly outcome: Outcome
  readonly over: boolean
  readonly now: Date
}

/** True when the endpoint was paused or disabled by it, which is told. */
async function noteFailure(
  trx: Transaction<Database>,
  endpoint: EndpointRow,
  { message, outcome, over, now }: Failure,
): Promise<boolean> {
  const since = endpoint.failing_since ?? new Date(outcome.tried.at)
  const rest = outcome.restMs > 0 ? new Date(now.getTime() + outcome.restMs) : null
  const gone = outcome.kind === 'gone'
  // Nothing got through for as long as this delivery was tried.
  const dead = over && since <= (await firstTry(trx, message))
  const isNew = endpoint.state === 'active' && (gone || dead)
  const reason = gone
    ? 'The receiver answered 410 Gone.'
    : `No delivery got through since ${since.toISOString()}; the last of ${MAX_ATTEMPTS} attempts failed: ${outcome.tried.error}.`
  await trx
    .updateTable('webhook_endpoint')
    .set({
      failures: endpoint.failures + 1,
      failing_since: since,
      held_until: rest ?? endpoint.held_until,
      ...(isNew ? { state: gone ? ('disabled' as const) : ('paused' as const), state_reason: reason } : {}),
    })
    .where('org_id', '=', endpoint.org_id)
    .where('webhook_id', '=', endpoint.webhook_id)
    .execute()
  if (!isNew) return false
  const { org_id: orgId, webhook_id: ref } = endpoint
  const payload = { webhook_id: ref, url: endpoint.url, reason }
  await emitEvents(trx, orgId, now, [
    gone ? { name: 'webhook.disabled', ref, payload } : { name: 'webhook.paused', ref, payload },
  ])
  return true
}

/** When the attempts that were used up began; a delivery that was replayed has older ones. Called after the last is written. */
async function firstTry(trx: Transaction<Database>, { org_id, delivery_id }: Sent): Promise<Date> {
  const query = trx.selectFrom('webhook_message').select('tries').where('org_id', '=', org_id)
  const { tries } = await query.where('delivery_id', '=', delivery_id).executeTakeFirstOrThrow()
  return new Date((tries.at(-MAX_ATTEMPTS) ?? tries[0])?.at ?? 0)
}

/** The server closes: whether it arrived is not known, so it is sent again, under the same id. */
async function release(runtime: Runtime, { org_id, delivery_id }: Sent): Promise<void> {
  await runtime.db
    .updateTable('webhook_message')
    .set((eb) => ({ leased_until: null, attempts: eb('attempts', '-', 1) }))
    .where('org_id', '=', org_id)
    .where('delivery_id', '=', delivery_id)
    .where('state', '=', 'pending')
    .execute()
}
