import { hash, randomBytes } from 'node:crypto'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Database } from '#core/db/database'
import { encryptedColumns, openSecret, sealSecret } from '#core/secrets/index'
import { appendEntries, lockHead, readHead } from './append.ts'
import { signCheckpointNote } from './checkpoint.rules.ts'
import { encodeVerifierKey, signerFromSeed, type Signer } from './note.rules.ts'
import type { LedgerKeyTable } from './tables.ts'
import { rootOf } from './tree.rules.ts'
import { kidOf, publicJwk, type KeyEvent } from './trust.rules.ts'

/** What signing needs from outside. */
export interface SigningPorts {
  /** 32 bytes; encrypts the private keys at rest. */
  readonly masterKey: Uint8Array
  readonly now: () => Date
}

export type KeyRow = Selectable<LedgerKeyTable>

/** Keys of an org's log, newest first, retired ones included: old checkpoints stay verifiable. */
export function listKeys(db: Kysely<Database>, orgId: string): Promise<KeyRow[]> {
  return db
    .selectFrom('ledger_key')
    .selectAll()
    .where('org_id', '=', orgId)
    .orderBy('created_at', 'desc')
    .orderBy('kid')
    .execute()
}

export const verifierKeyOf = (row: Pick<KeyRow, 'origin' | 'public_key'>): string =>
  encodeVerifierKey(row.origin, row.public_key)

/** RFC 7517, RFC 8037. */
export const jwkOf = (row: Pick<KeyRow, 'kid' | 'public_key'>) =>
  ({ ...publicJwk(row.public_key), kid: row.kid, alg: 'EdDSA', use: 'sig' }) as const

/** Makes the org's first key, on the record, when it has none. Safe to call at once from anywhere. */
export async function ensureKey(db: Kysely<Database>, orgId: string, ports: SigningPorts): Promise<void> {
  if (await activeKey(db, orgId)) return
  await db.transaction().execute(async (trx) => {
    await lockHead(trx, orgId)
    if (await activeKey(trx, orgId)) return
    await storeNewKey(trx, orgId, { ports, event: 'ledger.key_created', by: 'system' })
  })
}

/**
 * Replaces the org's signing key. The log names the new key, then a checkpoint signed by both covers that entry,
 * so that whoever trusts the old key can go on to trust the new one.
 */
export async function replaceKey(
  db: Kysely<Database>,
  orgId: string,
  ports: SigningPorts & { by: string },
  /** Further work of the same transaction. */
  also?: (trx: Transaction<Database>, fresh: KeyRow) => Promise<void>,
): Promise<KeyRow> {
  await ensureKey(db, orgId, ports)
  return db.transaction().execute(async (trx) => {
    await lockHead(trx, orgId)
    const old = await trx
      .updateTable('ledger_key')
      .set({ retired_at: ports.now() })
      .where('org_id', '=', orgId)
      .where('retired_at', 'is', null)
      .returningAll()
      .executeTakeFirstOrThrow()
    const fresh = await storeNewKey(trx, orgId, {
      ports,
      event: 'ledger.key_rotated',
      by: ports.by,
      origin: old.origin,
    })
    const head = await readHead(trx, orgId)
    const checkpoint = { origin: old.origin, size: head.size, root: rootOf(head) }
    const note = signCheckpointNote(checkpoint, [signerOf(old, ports.masterKey), signerOf(fresh, ports.masterKey)])
    const row = { org_id: orgId, size: head.size, root: checkpoint.root, note, created_at: ports.now() }
    await trx.insertInto('ledger_checkpoint').values(row).execute()
    await also?.(trx, fresh)
    return fresh
  })
}

/** The key that signs now; locked against rotation until the transaction ends when `share` is set. */
export function activeKey(db: Kysely<Database>, orgId: string, share = false): Promise<KeyRow | undefined> {
  const query = db.selectFrom('ledger_key').selectAll().where('org_id', '=', orgId).where('retired_at', 'is', null)
  return (share ? query.forShare() : query).executeTakeFirst()
}

export function signerOf(row: KeyRow, masterKey: Uint8Array): Signer {
  const boundTo = encryptedColumns.ledgerKey.boundTo(row.org_id, row.kid)
  const seed = openSecret(row.private_key_encrypted, masterKey, boundTo, { what: 'The signing key' })
  return signerFromSeed(row.origin, seed)
}

interface NewKey {
  readonly ports: SigningPorts
  readonly event: KeyEvent['event']
  readonly by: string
  /** The log's name, which it keeps for life; made from the first key when absent. */
  readonly origin?: string
}

async function storeNewKey(
  trx: Transaction<Database>,
  orgId: string,
  { ports, event, by, origin }: NewKey,
): Promise<KeyRow> {
  const seed = randomBytes(32)
  const { publicKey } = signerFromSeed('new', seed)
  const kid = kidOf(publicKey)
  const name = origin ?? originOf(orgId, publicKey)
  const at = ports.now()
  const row = await trx
    .insertInto('ledger_key')
    .values({
      org_id: orgId,
      kid,
      algorithm: 'Ed25519',
      origin: name,
      public_key: publicKey,
      private_key_encrypted: sealSecret(seed, ports.masterKey, encryptedColumns.ledgerKey.boundTo(orgId, kid)),
      created_at: at,
      retired_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const data: KeyEvent & { by: string } = { event, verifier_key: encodeVerifierKey(name, publicKey), by }
  await appendEntries(trx, orgId, [{ kind: 'key', ref: kid, at, data: { ...data } }])
  return row
}

/** Two instances may both have an org_default: eight digits of the first key's hash tell their logs apart. */
function originOf(orgId: string, publicKey: Uint8Array): string {
  return `writ.log/${encodeURIComponent(orgId)}/${hash('sha256', publicKey, 'hex').slice(0, 8)}`
}
