import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '#core/db/database'
import { sealEntries, type Draft, type EntryKind, type EntryRow } from './seal.rules.ts'
import { decodeHead, emptyHead, encodeFrontier, type Head } from './tree.rules.ts'

/**
 * Entries of these kinds change what governs the org. They move its control revision, so that a decision made
 * under the former state can no longer be recorded, on any replica.
 */
const controls: ReadonlySet<EntryKind> = new Set(['policy', 'key', 'admin'])

/**
 * Puts drafts on the org's record inside the caller's transaction and answers them with their places.
 * Holds the org's head until that transaction ends, so append last. Throws `invalid_input` for data without a canonical form.
 */
export async function appendEntries(
  trx: Transaction<Database>,
  orgId: string,
  drafts: readonly Draft[],
): Promise<readonly EntryRow[]> {
  const last = drafts.at(-1)
  if (!last) return []
  const { rows, tiles, head } = sealEntries(await lockHead(trx, orgId), orgId, drafts)
  const hex = (bytes: Buffer): string => bytes.toString('hex')
  // Text arrays only: both engines read them alike, whatever their driver makes of dates and bytes in arrays.
  await sql`
    insert into ledger_entry (org_id, seq, at, kind, ref, body, leaf_hash)
    select ${orgId}, seq::bigint, at::timestamptz, kind, ref, body, decode(leaf_hash, 'hex')
    from unnest(
      ${rows.map(({ seq }) => String(seq))}::text[], ${rows.map(({ at }) => at.toISOString())}::text[],
      ${rows.map(({ kind }) => kind)}::text[], ${rows.map(({ ref }) => ref)}::text[],
      ${rows.map(({ body }) => body)}::text[], ${rows.map(({ leaf_hash }) => hex(leaf_hash))}::text[]
    ) as entry (seq, at, kind, ref, body, leaf_hash)`.execute(trx)
  if (tiles.length > 0) {
    const values = tiles.map(({ level, index, hash }) => ({ org_id: orgId, level, idx: index, hash }))
    await trx.insertInto('ledger_tile').values(values).execute()
  }
  await trx
    .updateTable('ledger_head')
    .set((eb) => ({
      size: head.size,
      frontier: encodeFrontier(head.frontier),
      updated_at: last.at,
      control_revision: eb('control_revision', '+', drafts.some(({ kind }) => controls.has(kind)) ? 1 : 0),
    }))
    .where('org_id', '=', orgId)
    .execute()
  return rows
}

/** Makes sure that the org has a head; an org without one cannot take decisions. */
export async function ensureHead(db: Kysely<Database>, orgId: string): Promise<void> {
  await db
    .insertInto('ledger_head')
    .values({ org_id: orgId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function readHead(db: Kysely<Database>, orgId: string): Promise<Head> {
  const row = await db
    .selectFrom('ledger_head')
    .select(['size', 'frontier'])
    .where('org_id', '=', orgId)
    .executeTakeFirst()
  return row ? decodeHead(row.size, row.frontier) : emptyHead
}

/** The head, which no other transaction can move until this one ends. */
export async function lockHead(trx: Transaction<Database>, orgId: string): Promise<Head> {
  const locked = trx.selectFrom('ledger_head').select(['size', 'frontier']).where('org_id', '=', orgId).forUpdate()
  let row = await locked.executeTakeFirst()
  if (!row) {
    await ensureHead(trx, orgId)
    row = await locked.executeTakeFirstOrThrow()
  }
  return decodeHead(row.size, row.frontier)
}
