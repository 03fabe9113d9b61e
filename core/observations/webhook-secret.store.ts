import { randomBytes } from 'node:crypto'
import { encryptedColumns, masterKeyOf, openSecret, sealSecret } from '#core/secrets/index'
import { Fault } from '../kernel/errors.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'

const SECRET_BYTES = 32
const MAX_ORGS = 5000

/** Opened secrets by org; a secret never changes once it is made. */
const openedSecrets = resource<Map<string, string>>({ name: 'observations.webhook-secrets', open: () => new Map() })

/** The org's key for signing webhooks, in the form of Standard Webhooks: `whsec_` and base64. Made on first use. */
export async function webhookSecret(runtime: Runtime, orgId: string): Promise<string> {
  const opened = runtime.use(openedSecrets)
  const known = opened.get(orgId)
  if (known !== undefined) return known
  const masterKey = masterKeyOf(runtime, 'webhooks cannot be signed', 'unprocessable')
  const box = (await storedSecret(runtime, orgId)) ?? (await makeSecret(runtime, orgId, masterKey))
  const boundTo = encryptedColumns.webhookSecret.boundTo(orgId)
  const bytes = openSecret(box, masterKey, boundTo, { what: 'The webhook secret', code: 'unprocessable' })
  const secret = `whsec_${bytes.toString('base64')}`
  if (opened.size >= MAX_ORGS) opened.clear()
  opened.set(orgId, secret)
  return secret
}

async function storedSecret(runtime: Runtime, orgId: string): Promise<Uint8Array | undefined> {
  const row = await runtime.db
    .selectFrom('webhook_secret')
    .select('secret_encrypted')
    .where('org_id', '=', orgId)
    .executeTakeFirst()
  return row?.secret_encrypted
}

/** Of parallel makers the first one wins; all answer with what is stored. */
async function makeSecret(runtime: Runtime, orgId: string, masterKey: Uint8Array): Promise<Uint8Array> {
  const made = sealSecret(randomBytes(SECRET_BYTES), masterKey, encryptedColumns.webhookSecret.boundTo(orgId))
  await runtime.db
    .insertInto('webhook_secret')
    .values({ org_id: orgId, secret_encrypted: made, created_at: runtime.now() })
    .onConflict((conflict) => conflict.column('org_id').doNothing())
    .execute()
  const stored = await storedSecret(runtime, orgId)
  if (!stored) throw new Fault('internal', 'Internal server error', { cause: new Error('the webhook secret vanished') })
  return stored
}
