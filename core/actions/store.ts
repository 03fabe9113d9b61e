import { sql } from 'kysely'
import type { Actor, Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { isDecisionId } from '../kernel/id.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { shownWhen, stoppedNow } from './held.ts'
import { actionToWire, type Action, type ActionRow } from './schema.ts'

/** The action, when the actor may see it: its own org's, and its own agent's when the key is bound to one. */
export async function findAction(ctx: Context, actionId: string): Promise<ActionRow | undefined> {
  const row = await ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .executeTakeFirst()
  return row && maySee(ctx.actor, row) ? row : undefined
}

export function maySee(actor: Actor, row: Pick<ActionRow, 'agent_id'>): boolean {
  return actor.agentId === null || actor.agentId === row.agent_id
}

/** As `findAction`, or a 404 that says what to use when the id is a guard decision's. */
export async function requireAction(ctx: Context, actionId: string): Promise<ActionRow> {
  if (isDecisionId(actionId)) throw wrongIdKind(actionId)
  const row = await findAction(ctx, actionId)
  if (!row) throw new Fault('not_found', 'Action not found')
  return row
}

/** A decision is never approved, finished or waited for; the action made from it is. */
export function wrongIdKind(id: string): Fault {
  const message =
    `${id} is a guard decision, not an action: nothing can be waited for on it. ` +
    'Create the action (POST /api/actions or writ_record) with the same act, and use the action_id (act_…) it answers with. ' +
    `The decision itself is at GET /api/guard/decisions/${id}.`
  return new Fault('WRONG_ID_KIND', message, { data: { use: 'action_id', decision_url: `/api/guard/decisions/${id}` } })
}

/** The row as the event stream sends it; empty when it is gone. */
export async function loadActionWire(runtime: Runtime, orgId: string, actionId: string): Promise<Action | undefined> {
  const found = await runtime.db
    .selectFrom('action_record')
    .selectAll()
    .select(stoppedNow('action_record').as('stopped'))
    .where('org_id', '=', orgId)
    .where('action_id', '=', actionId)
    .executeTakeFirst()
  if (!found) return undefined
  const { stopped, ...row } = found
  return actionToWire(shownWhen(stopped, row))
}

/**
 * Hands an approved act to whoever asked for it, once. True for exactly one caller, who must be the principal that
 * asked or a key of the same agent; never while the org is halted or the agent paused. The others see
 * `released_at` set already.
 */
export async function releaseApproved(ctx: Pick<Context, 'db' | 'actor' | 'now'>, actionId: string): Promise<boolean> {
  const { orgId, principalId, agentId } = ctx.actor
  const at = ctx.now()
  const { rows } = await sql`
    with released as (
      update approval set released_at = ${at}, released_to = ${principalId}
      where org_id = ${orgId} and action_id = ${actionId} and state = 'approved' and released_at is null
        and (requested_by = ${principalId} or agent_id = ${agentId}::text)
        and not ${stoppedNow('approval')}
      returning org_id, action_id
    )
    update action_record set released_at = ${at}, updated_at = ${at} from released
    where action_record.org_id = released.org_id and action_record.action_id = released.action_id
    returning action_record.action_id`.execute(ctx.db)
  return rows.length > 0
}
