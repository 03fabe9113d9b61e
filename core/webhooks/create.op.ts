import { createHash } from 'node:crypto'
import type { Insertable, Transaction } from 'kysely'
import { z } from 'zod'
import { eventHub } from '#core/events/index'
import { canonical, lockHead } from '#core/ledger/index'
import { redactText } from '#core/scans/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { soundUrl } from './endpoint-url.ts'
import { Description, endpointToWire, Events, MAX_ENDPOINTS, Url, Webhook, type EndpointRow } from './schema.ts'
import { sealed } from './secrets.ts'
import { newWebhookSecret } from './sign.rules.ts'
import { assertMayUse, soundFilters, tellOf } from './store.ts'
import type { WebhookEndpointTable } from './tables.ts'

export const create = operation({
  name: 'webhooks_create',
  title: 'Create a webhook',
  description: 'Have events sent to a URL, signed by Standard Webhooks; the secret is shown once.',
  input: z.object({
    url: Url,
    events: Events,
    description: Description.optional(),
    format: z.enum(['writ', 'clawmit']).default('writ').describe('Names and shapes of the bodies'),
    idempotency_key: z.string().min(1).max(256).optional(),
  }),
  output: z.object({
    webhook: Webhook,
    secret: z.string().nullable().describe('whsec_ and base64 of the HMAC-SHA256 key; null in a replay'),
    idempotent_replay: z.literal(true).optional(),
  }),
  scope: 'webhooks:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  rest: { method: 'post', path: '/api/webhooks', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, { idempotency_key: key = null, ...input }) {
    assertMayUse(ctx)
    const { orgId } = ctx.actor
    const [events, url] = [soundFilters(input.events), await soundUrl(ctx.runtime, input.url)]
    const digest = createHash('sha256')
      .update(canonical(JSON.parse(JSON.stringify(input))))
      .digest('hex')
    const secret = newWebhookSecret()
    const place = { org_id: orgId, webhook_id: newId('whk') }
    const draft = {
      ...place,
      url,
      events,
      description: input.description === undefined ? null : redactText(input.description).text,
      format: input.format,
      state: 'active' as const,
      secret_encrypted: sealed(ctx.runtime, 'webhookEndpoint', place, secret),
      created_by: ctx.actor.principalId,
      created_at: ctx.now(),
      updated_at: ctx.now(),
      idempotency_key: key,
      request_digest: key === null ? null : digest,
    }
    const made = await transact(ctx.db, (trx) => insert(trx, ctx, draft))
    if (!made) return { webhook: endpointToWire(await replayOf(ctx, key ?? '', digest)), secret: null, ...REPLAY }
    ctx.runtime.use(eventHub).nudge(orgId)
    return { webhook: endpointToWire(made), secret }
  },
})

type Draft = Omit<Insertable<WebhookEndpointTable>, 'cursor_seq'>

/** Undefined when the key was used before. */
async function insert(trx: Transaction<Database>, ctx: Context, draft: Draft): Promise<EndpointRow | undefined> {
  const { orgId } = ctx.actor
  // Under the lock on the head, so that parallel calls count each other, and nothing happens between head and cursor.
  await lockHead(trx, orgId)
  const head = await trx.selectFrom('event_head').select('seq').where('org_id', '=', orgId).execute()
  const { count } = await trx
    .selectFrom('webhook_endpoint')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('org_id', '=', orgId)
    .executeTakeFirstOrThrow()
  const row = await trx
    .insertInto('webhook_endpoint')
    .values({ ...draft, cursor_seq: Number(head[0]?.seq ?? 0) })
    .onConflict((conflict) =>
      conflict.columns(['org_id', 'idempotency_key']).where('idempotency_key', 'is not', null).doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return undefined
  if (Number(count) >= MAX_ENDPOINTS) {
    throw new Fault('conflict', `An organization has at most ${MAX_ENDPOINTS} webhooks: remove one first.`)
  }
  await tellOf(trx, ctx, 'webhook.created', row)
  return row
}

const REPLAY = { idempotent_replay: true as const }

async function replayOf(ctx: Context, key: string, digest: string): Promise<EndpointRow> {
  const query = ctx.db.selectFrom('webhook_endpoint').selectAll().where('org_id', '=', ctx.actor.orgId)
  const row = await query.where('idempotency_key', '=', key).executeTakeFirstOrThrow()
  if (row.request_digest === digest) return row
  throw new Fault('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used with another body.')
}
