import { generateKeyPairSync, hash } from 'node:crypto'
import type { Kysely, Selectable, Transaction } from 'kysely'
import { encryptedColumns, masterKeyOf, openSecret, sealSecret } from '#core/secrets/index'
import type { Database } from '../db/database.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { OauthSigningKeyTable } from './tables.ts'

const DAY_MS = 86_400_000
const { boundTo } = encryptedColumns.oauthSigningKey
const cannot = 'it cannot sign access tokens'
export const ROTATE_AFTER_DAYS = 90
/** The last token that a retired key signed is dead long before: 10 minutes, and what replicas need to notice. */
const KEEP_RETIRED_MS = DAY_MS

/** An ES256 key as JWK, with its private part. */
export interface SigningKey {
  readonly kid: string
  readonly jwk: Readonly<Record<string, string>>
}

/** Keys whose tokens may still be alive, the one that signs first; makes it when there is none. */
export async function signingKeys(runtime: Runtime): Promise<readonly SigningKey[]> {
  const masterKey = masterKeyOf(runtime, cannot)
  const known = await liveKeys(runtime.db)
  if (known.some((key) => key.retired_at === null)) return known.map((row) => opened(row, masterKey))
  // Whoever comes second at the same moment finds the key of the first.
  await runtime.db
    .insertInto('oauth_signing_key')
    .values(newKey(masterKey, runtime.now()))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await liveKeys(runtime.db)).map((row) => opened(row, masterKey))
}

/** A new signing key in place of the one that signs, when that was made before `before`. Answers its kid, or null. */
export async function rotateSigningKey(
  trx: Transaction<Database>,
  runtime: Runtime,
  before: Date,
): Promise<string | null> {
  const masterKey = masterKeyOf(runtime, cannot)
  const now = runtime.now()
  const retired = await trx
    .updateTable('oauth_signing_key')
    .set({ retired_at: now })
    .where('retired_at', 'is', null)
    .where('created_at', '<=', before)
    .returning('kid')
    .executeTakeFirst()
  if (!retired) return null
  const fresh = newKey(masterKey, now)
  await trx.insertInto('oauth_signing_key').values(fresh).execute()
  return fresh.kid
}

export async function rotateDueSigningKey(runtime: Runtime): Promise<void> {
  const due = new Date(runtime.now().getTime() - ROTATE_AFTER_DAYS * DAY_MS)
  const kid = await runtime.db.transaction().execute((trx) => rotateSigningKey(trx, runtime, due))
  if (kid !== null) runtime.log.info({ kid }, 'the key that signs access tokens was rotated')
  await runtime.db
    .deleteFrom('oauth_signing_key')
    .where('retired_at', '<', new Date(runtime.now().getTime() - KEEP_RETIRED_MS))
    .execute()
}

function liveKeys(db: Kysely<Database>): Promise<Selectable<OauthSigningKeyTable>[]> {
  return db
    .selectFrom('oauth_signing_key')
    .selectAll()
    .orderBy('retired_at', (order) => order.desc().nullsFirst())
    .orderBy('created_at', 'desc')
    .limit(20)
    .execute()
}

function opened({ kid, private_key_encrypted }: Selectable<OauthSigningKeyTable>, masterKey: Buffer): SigningKey {
  const text = openSecret(private_key_encrypted, masterKey, boundTo(kid), {
    what: 'The key that signs access tokens',
  }).toString('utf8')
  return { kid, jwk: JSON.parse(text) as Record<string, string> }
}

function newKey(masterKey: Buffer, at: Date) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { crv, kty, x, y, d } = privateKey.export({ format: 'jwk' })
  // RFC 7638: the members in this order, without the private one.
  const kid = hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url')
  const common = { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }
  return {
    kid,
    public_key: JSON.stringify(common),
    private_key_encrypted: sealSecret(Buffer.from(JSON.stringify({ ...common, d })), masterKey, boundTo(kid)),
    created_at: at,
    retired_at: null,
  }
}
