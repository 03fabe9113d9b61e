import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import type { ToolPinTable } from './tables.ts'

export type PinRow = Selectable<ToolPinTable>

/** Everything known of these tools of one server, oldest first. Bounded: a tool has few definitions. */
export function definitionsOf(
  db: Kysely<Database>,
  orgId: string,
  server: string,
  tools: readonly string[],
): Promise<PinRow[]> {
  return db
    .selectFrom('tool_pin')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('server', '=', server)
    .where('tool', 'in', [...tools, ''])
    .orderBy('id')
    .execute()
}

/** Trusted tools of other servers that look like these. */
export function twinsOf(
  trx: Transaction<Database>,
  orgId: string,
  server: string,
  skeletons: readonly string[],
): Promise<Pick<PinRow, 'server' | 'tool' | 'skeleton' | 'definition' | 'state'>[]> {
  return trx
    .selectFrom('tool_pin')
    .select(['server', 'tool', 'skeleton', 'definition', 'state'])
    .where('org_id', '=', orgId)
    .where('server', '<>', server)
    .where('skeleton', 'in', [...skeletons, ''])
    .where('state', '=', 'pinned')
    .orderBy('id')
    .limit(MAX_TWINS)
    .execute()
}

const MAX_TWINS = 1000

/**
 * First sight of a tool and the names it is compared with are one decision per org, so two servers with one name cannot
 * both be first.
 */
export async function lockPins(trx: Transaction<Database>, orgId: string): Promise<void> {
  await trx.selectFrom('organization').select('org_id').where('org_id', '=', orgId).forNoKeyUpdate().execute()
}

export async function countPins(trx: Transaction<Database>, orgId: string, most: number): Promise<number> {
  const rows = await trx.selectFrom('tool_pin').select('id').where('org_id', '=', orgId).limit(most).execute()
  return rows.length
}
