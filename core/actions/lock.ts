import type { Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import type { ActionRow } from './schema.ts'

/**
 * Locks the approvals of these actions. Whoever changes an action calls it first, because whoever decides holds the
 * approval and then takes the action (the whole order: `announce` of the events).
 */
export async function lockApprovals(
  trx: Transaction<Database>,
  orgId: string,
  actionIds: readonly string[],
): Promise<void> {
  await trx
    .selectFrom('approval')
    .select('id')
    .where('org_id', '=', orgId)
    .where('action_id', 'in', actionIds)
    .orderBy('action_id')
    .forUpdate()
    .execute()
}

/** The action, locked together with its approval until the transaction ends. */
export async function lockAction(
  trx: Transaction<Database>,
  orgId: string,
  actionId: string,
): Promise<ActionRow | undefined> {
  await lockApprovals(trx, orgId, [actionId])
  return trx
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('action_id', '=', actionId)
    .forUpdate()
    .executeTakeFirst()
}
