import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'

/** How long after a person allowed it an identical act may still be released. */
const RELEASE_MINUTES = 15

export interface Consumed {
  readonly approvalId: string
  readonly actionId: string
  readonly approvedBy: string
}

export interface Wanted {
  readonly agentId: string | null
  readonly digest: string
  readonly risk: number
  readonly matched: readonly string[]
  /** The decision that uses it up. */
  readonly releasedTo: string
}

/**
 * Uses up an approval of exactly this act by this agent, if there is one that nobody has used and that was given with
 * this risk and these rules in sight. One conditional UPDATE decides: of parallel callers at most one gets it.
 */
export async function consumeApproval(ctx: Context, wanted: Wanted): Promise<Consumed | null> {
  if (wanted.agentId === null) return null
  const now = ctx.now()
  const since = new Date(now.getTime() - RELEASE_MINUTES * 60_000)
  const { rows } = await sql<{ id: string; action_id: string; decided_by: string }>`
    with chosen as (
      select org_id, id from approval
      where org_id = ${ctx.actor.orgId} and act_digest = ${wanted.digest} and agent_id = ${wanted.agentId}
        and state in ('pending', 'approved', 'denied') and state = 'approved'
        and released_at is null and decided_at > ${since} and risk_score >= ${wanted.risk}
        and matched_policies @> array(select json_array_elements_text(${JSON.stringify(wanted.matched)}::json))
      order by decided_at limit 1 for update skip locked
    ), released as (
      update approval set released_at = ${now}, released_to = ${wanted.releasedTo}
      from chosen where approval.org_id = chosen.org_id and approval.id = chosen.id and approval.released_at is null
      returning approval.org_id, approval.id, approval.action_id, approval.decided_by
    ), marked as (
      update action_record set released_at = ${now}, updated_at = ${now}
      from released where action_record.org_id = released.org_id and action_record.action_id = released.action_id
    )
    select id, action_id, decided_by from released`.execute(ctx.db)
  const row = rows[0]
  return row ? { approvalId: row.id, actionId: row.action_id, approvedBy: row.decided_by } : null
}

/** Gives an approval back when the decision that used it up was not recorded. */
export async function restoreApproval(ctx: Context, consumed: Consumed, releasedTo: string): Promise<void> {
  await sql`
    with restored as (
      update approval set released_at = null, released_to = null
      where org_id = ${ctx.actor.orgId} and id = ${consumed.approvalId} and released_to = ${releasedTo}
      returning org_id, action_id
    )
    update action_record set released_at = null from restored
    where action_record.org_id = restored.org_id and action_record.action_id = restored.action_id`.execute(ctx.db)
}
