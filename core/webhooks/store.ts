import { listActs } from '#core/activity/index'
import { emitEvents, eventHub } from '#core/events/index'
import type { Transaction, Updateable } from 'kysely'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { assertWholeOrg, type Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { filterProblems } from './filter.rules.ts'
import type { EndpointRow } from './schema.ts'
import type { WebhookEndpointTable } from './tables.ts'

const missing = (): Fault => new Fault('not_found', 'Webhook not found')

/** Webhooks show what every agent does. */
export const assertMayUse = (ctx: Context): void => assertWholeOrg(ctx, 'use webhooks')

export async function findEndpoint(ctx: Context, webhookId: string): Promise<EndpointRow> {
  assertMayUse(ctx)
  const query = ctx.db.selectFrom('webhook_endpoint').selectAll().where('org_id', '=', ctx.actor.orgId)
  const row = await query.where('webhook_id', '=', webhookId).executeTakeFirst()
  if (!row) throw missing()
  return row
}

/** The filters, each once. Throws the 400. */
export function soundFilters(filters: readonly string[]): string[] {
  const details = filterProblems(filters)
  if (details.length > 0) throw new Fault('invalid_input', 'Validation failed', { details })
  return [...new Set(filters)]
}

interface Changing {
  readonly event: 'webhook.updated' | 'webhook.rotated'
  readonly change: (row: EndpointRow) => Updateable<WebhookEndpointTable>
}

/** Changes one endpoint under its lock and tells it. */
export async function changeEndpoint(
  ctx: Context,
  webhookId: string,
  { event, change }: Changing,
): Promise<EndpointRow> {
  assertMayUse(ctx)
  const at = ctx.now()
  const row = await transact(ctx.db, async (trx) => {
    const own = trx.selectFrom('webhook_endpoint').selectAll().where('org_id', '=', ctx.actor.orgId)
    const before = await own.where('webhook_id', '=', webhookId).forUpdate().executeTakeFirst()
    if (!before) throw missing()
    const changed = await trx
      .updateTable('webhook_endpoint')
      .set({ ...change(before), updated_at: at })
      .where('org_id', '=', ctx.actor.orgId)
      .where('webhook_id', '=', webhookId)
      .returningAll()
      .executeTakeFirstOrThrow()
    await tellOf(trx, ctx, event, changed)
    return changed
  })
  ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
  return row
}

type Happened = Changing['event'] | 'webhook.created' | 'webhook.removed'

export async function tellOf(
  trx: Transaction<Database>,
  ctx: Context,
  event: Happened,
  row: EndpointRow,
): Promise<void> {
  const at = ctx.now()
  const data = { url: row.url, events: row.events, state: row.state }
  await listActs(trx, ctx.actor, [{ event, ref: row.webhook_id, at, data }])
  const payload = { webhook_id: row.webhook_id, ...data }
  await emitEvents(trx, ctx.actor.orgId, at, [{ name: event, ref: row.webhook_id, payload }])
}
