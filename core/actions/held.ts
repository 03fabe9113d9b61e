import { sql, type Transaction } from 'kysely'
import type { EventDraft } from '#core/events/index'
import { isStopped, snapshots } from '#core/guard/index'
import type { Database } from '../db/database.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { ActionRow } from './schema.ts'

/**
 * The rows as they are shown: clients of the wire contract act as soon as they read who allowed it, so an approved act
 * that nobody was handed yet shows no approver while the org is halted or its agent paused.
 */
export async function asShown(runtime: Runtime, orgId: string, rows: readonly ActionRow[]): Promise<ActionRow[]> {
  if (!rows.some(isHeld)) return [...rows]
  const snapshot = await runtime.use(snapshots).current(orgId)
  return rows.map((row) => shownWhen(isStopped(snapshot, row.agent_id), row))
}

/** For a statement about rows of this table: whether their org is halted or their agent paused at its very moment. */
export const stoppedNow = (table: 'action_record' | 'approval') => sql<boolean>`(
  exists (select 1 from organization o where o.org_id = ${sql.ref(`${table}.org_id`)} and o.halted_at is not null)
  or exists (
    select 1 from agent a
    where a.org_id = ${sql.ref(`${table}.org_id`)} and a.agent_id = ${sql.ref(`${table}.agent_id`)} and a.paused_at is not null))`

export function shownWhen(stopped: boolean, row: ActionRow): ActionRow {
  return stopped && isHeld(row) ? { ...row, approved_by: null } : row
}

function isHeld({ approved_by, released_at }: ActionRow): boolean {
  return approved_by !== null && released_at === null
}

const MAX_TOLD = 500

/** What listeners are told once the org (or the agent) goes on: these acts are allowed after all. */
export async function heldNews(trx: Transaction<Database>, orgId: string, agentId?: string): Promise<EventDraft[]> {
  let held = trx
    .selectFrom('approval')
    .select('action_id')
    .where('org_id', '=', orgId)
    .where('state', '=', 'approved')
    .where('released_at', 'is', null)
    .orderBy('decided_at', 'desc')
    .limit(MAX_TOLD)
  if (agentId !== undefined) held = held.where('agent_id', '=', agentId)
  return (await held.execute()).map(({ action_id }) => ({ name: 'action.updated', ref: action_id, payload: {} }))
}
