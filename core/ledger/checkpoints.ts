import type { Kysely, Selectable } from 'kysely'
import type { Database } from '#core/db/database'
import { readHead } from './append.ts'
import { signCheckpointNote } from './checkpoint.rules.ts'
import { activeKey, ensureKey, signerOf, type SigningPorts } from './keys.ts'
import type { LedgerCheckpointTable } from './tables.ts'
import { rootOf } from './tree.rules.ts'

export type CheckpointRow = Selectable<LedgerCheckpointTable>

const MIN_AGE_MS = 1000
const MAX_UNSIGNED = 1000

export function latestCheckpoint(db: Kysely<Database>, orgId: string): Promise<CheckpointRow | undefined> {
  return db
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('org_id', '=', orgId)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/**
 * Signs the head when it moved: at most once a second, sooner behind 1,000 entries, at once when an entry at
 * `covering` must be covered. Answers the newest checkpoint. Every head is a prefix of every later one,
 * because entries are only ever appended: that makes checkpoints consistent, also of several replicas.
 */
export async function signCheckpoint(
  db: Kysely<Database>,
  orgId: string,
  ports: SigningPorts,
  covering = -1,
): Promise<CheckpointRow> {
  const latest = await latestCheckpoint(db, orgId)
  if (latest && !(await isDue(db, latest, ports.now(), covering))) return latest
  await ensureKey(db, orgId, ports)
  return db.transaction().execute(async (trx) => {
    const key = (await activeKey(trx, orgId, true)) ?? (await activeKey(trx, orgId, true))
    if (!key) throw new Error(`The log of ${orgId} has no active signing key.`)
    const head = await readHead(trx, orgId)
    const checkpoint = { origin: key.origin, size: head.size, root: rootOf(head) }
    const note = signCheckpointNote(checkpoint, [signerOf(key, ports.masterKey)])
    const row = { org_id: orgId, size: head.size, root: checkpoint.root, note, created_at: ports.now() }
    const inserted = await trx
      .insertInto('ledger_checkpoint')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    return inserted ?? ((await latestCheckpoint(trx, orgId)) as CheckpointRow)
  })
}

async function isDue(db: Kysely<Database>, latest: CheckpointRow, now: Date, covering: number): Promise<boolean> {
  if (covering >= latest.size) return true
  const { size } = await readHead(db, latest.org_id)
  if (size === latest.size) return false
  // Absolute, because a clock that was set back must not stop the signing.
  const age = Math.abs(now.getTime() - latest.created_at.getTime())
  return age >= MIN_AGE_MS || size - latest.size >= MAX_UNSIGNED
}
