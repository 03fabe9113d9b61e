import type { Transaction } from 'kysely'
import type { ActionRow } from '#core/actions/index'
import { emitEvents } from '#core/events/index'
import { appendEntries } from '#core/ledger/index'
import { GRANT_TARGET_MAX, insertGrant } from '#core/policies/index'
import type { Database } from '../db/database.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'

export interface Ruling {
  readonly actionId: string
  readonly allow: boolean
  readonly reasoning: string | null
  readonly grantMinutes: number | undefined
}

export interface Ruled {
  readonly action: ActionRow
  readonly grantPolicyId: string | null
}

/**
 * One conditional UPDATE decides: of people who press at once the first verdict wins, the others get 409.
 * Approval, action, grant, ledger entry and event stand or fall together.
 */
export async function decideApproval(ctx: Context, ruling: Ruling): Promise<Ruled> {
  return ctx.db.transaction().execute(async (trx) => {
    const at = ctx.now()
    const approval = await trx
      .updateTable('approval')
      .set({
        state: ruling.allow ? 'approved' : 'denied',
        decided_by: ctx.actor.principalName,
        decided_at: at,
        reasoning: ruling.reasoning,
      })
      .where('org_id', '=', ctx.actor.orgId)
      .where('action_id', '=', ruling.actionId)
      .where('state', '=', 'pending')
      .where('expires_at', '>', at)
      .returningAll()
      .executeTakeFirst()
    if (!approval) throw await whyNot(ctx, trx, ruling.actionId)
    const action = await markAction(ctx, trx, ruling, at)
    const grantPolicyId =
      ruling.allow && ruling.grantMinutes !== undefined ? await grant(ctx, trx, action, ruling.grantMinutes) : null
    if (grantPolicyId !== null) {
      await trx
        .updateTable('approval')
        .set({ grant_policy_id: grantPolicyId })
        .where('org_id', '=', ctx.actor.orgId)
        .where('id', '=', approval.id)
        .execute()
    }
    await emitEvents(trx, ctx.actor.orgId, at, [{ name: 'action.updated', ref: ruling.actionId, payload: {} }])
    const data = {
      action_id: ruling.actionId,
      approval_id: approval.id,
      state: ruling.allow ? 'approved' : 'denied',
      by: ctx.actor.principalId,
      by_name: ctx.actor.principalName,
      address: ctx.actor.address ?? null,
      reasoning: ruling.reasoning,
      act_digest: approval.act_digest,
      policy_revision: Number(approval.policy_revision),
      grant: grantPolicyId,
    }
    await appendEntries(trx, ctx.actor.orgId, [{ kind: 'approval', ref: ruling.actionId, at, data }])
    return { action, grantPolicyId }
  })
}

function markAction(ctx: Context, trx: Transaction<Database>, ruling: Ruling, at: Date): Promise<ActionRow> {
  const denial = ruling.reasoning ?? 'Denied by human operator'
  // `approved_by` stays empty on a denial: clients read any value in it as an approval.
  const change = ruling.allow
    ? ({ status: 'running', approved_by: ctx.actor.principalName, approved_at: at, updated_at: at } as const)
    : ({
        status: 'failed',
        error_message: denial,
        outcome_status: 'failed',
        outcome_at: at,
        outcome_error: denial,
        close_source: 'denial',
        timestamp_end: at,
        updated_at: at,
      } as const)
  return trx
    .updateTable('action_record')
    .set(change)
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', ruling.actionId)
    .where('status', '=', 'pending_approval')
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * "Allow for a while" is an allow_grant policy: it shows up in the policy list and runs out by itself. It covers the
 * approved kind of act on the approved target, up to the risk the person saw.
 */
function grant(ctx: Context, trx: Transaction<Database>, action: ActionRow, minutes: number): Promise<string> {
  const { target } = action
  if (target === null || target.length > GRANT_TARGET_MAX || target.includes('[REDACTED')) {
    const details = [
      `grant_minutes: needs an act with a target of at most ${GRANT_TARGET_MAX} characters and without secrets; approve this one alone`,
    ]
    throw new Fault('invalid_input', 'Validation failed', { details })
  }
  return insertGrant(trx, ctx.actor, ctx.now(), {
    name: `Grant for ${action.action_type} (${action.action_id})`,
    agentId: action.agent_id,
    actionType: action.action_type,
    target,
    maxRisk: action.risk_score,
    minutes,
    reason: `Approved by ${ctx.actor.principalName} with ${action.action_id}`,
  })
}

async function whyNot(ctx: Context, trx: Transaction<Database>, actionId: string): Promise<Fault> {
  const row = await trx
    .selectFrom('approval')
    .select(['state', 'expires_at', 'decided_by'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .executeTakeFirst()
  if (!row) return new Fault('invalid_input', 'This action is not pending approval; it never needed one.')
  const state = row.state === 'pending' ? 'expired' : row.state
  if (state === 'expired')
    return new Fault('APPROVAL_EXPIRED', 'This approval has expired; the agent has to ask again.', { data: { state } })
  const message = `This approval is ${state} already${row.decided_by ? `, by ${row.decided_by}` : ''}.`
  return new Fault('conflict', message, { data: { state, decided_by: row.decided_by } })
}
