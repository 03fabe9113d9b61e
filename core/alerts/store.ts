import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import type { AlertRow } from './schema.ts'

export async function requireAlert({ db, actor }: Context, alertId: string): Promise<AlertRow> {
  const row = await db
    .selectFrom('agent_alert')
    .selectAll()
    .where('org_id', '=', actor.orgId)
    .where('alert_id', '=', alertId)
    .executeTakeFirst()
  const hidden = row && actor.agentId !== null && actor.agentId !== row.agent_id
  if (!row || hidden) throw new Fault('not_found', 'Alert not found')
  return row
}
