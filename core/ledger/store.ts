import type { Kysely, Selectable } from 'kysely'
import type { Database } from '#core/db/database'
import type { TreeReader } from './proof.rules.ts'
import type { LedgerEntryTable } from './tables.ts'

export type StoredEntry = Selectable<LedgerEntryTable>

/** The org's stored tree; level 0 are the entries' own hashes. */
export function treeReader(db: Kysely<Database>, orgId: string): TreeReader {
  return {
    async hashes(level, from, to) {
      if (level === 0) {
        const rows = await db
          .selectFrom('ledger_entry')
          .select('leaf_hash as hash')
          .where('org_id', '=', orgId)
          .where('seq', '>=', from)
          .where('seq', '<', to)
          .orderBy('seq')
          .execute()
        return rows.map(({ hash }) => Buffer.from(hash))
      }
      const rows = await db
        .selectFrom('ledger_tile')
        .select('hash')
        .where('org_id', '=', orgId)
        .where('level', '=', level)
        .where('idx', '>=', from)
        .where('idx', '<', to)
        .orderBy('idx')
        .execute()
      return rows.map(({ hash }) => Buffer.from(hash))
    },
  }
}

/** Entries [from, to) in order. */
export function entriesBetween(db: Kysely<Database>, orgId: string, from: number, to: number): Promise<StoredEntry[]> {
  return db
    .selectFrom('ledger_entry')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('seq', '>=', from)
    .where('seq', '<', to)
    .orderBy('seq')
    .execute()
}
