import { sql, type Selectable, type Transaction } from 'kysely'
import { afterClosing, stoppedNow, type ActionRow } from '#core/actions/index'
import { announce, type News } from '#core/events/index'
import { renewReservations } from '#core/observations/index'
import { GRANT_TARGET_MAX, insertGrant, lockPolicies } from '#core/policies/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import type { ApprovalTable } from './tables.ts'

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
  return transact(ctx.db, async (trx) => {
    const at = ctx.now()
    if (ruling.grantMinutes !== undefined) await lockPolicies(trx, ctx.actor.orgId)
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
      .where(ruling.allow ? isNotStopped : sql<boolean>`true`)
      .returningAll()
      .executeTakeFirst()
    if (!approval) throw await whyNot(ctx, trx, ruling.actionId, at)
    const action = await markAction(ctx, trx, ruling, at)
    const entries = (grantId: string | null): News['entries'] => [entryOf(ctx, { approval, ruling, at, grantId })]
    if (!ruling.allow) {
      const by = ctx.actor.principalId
      await afterClosing(trx, action, { at, by, outcome: 'failed', entries: entries(null) })
      return { action, grantPolicyId: null }
    }
    await holdBudget(trx, action, at)
    const grantPolicyId = ruling.grantMinutes === undefined ? null : await grant(ctx, trx, action, ruling.grantMinutes)
    if (grantPolicyId !== null) {
      await trx
        .updateTable('approval')
        .set({ grant_policy_id: grantPolicyId })
        .where('org_id', '=', ctx.actor.orgId)
        .where('id', '=', approval.id)
        .execute()
    }
    const events = [{ name: 'action.updated', ref: ruling.actionId, payload: {} }]
    await announce(trx, ctx.actor.orgId, { at, entries: entries(grantPolicyId), events })
    return { action, grantPolicyId }
  })
}

/** Clients of the wire contract act as soon as they read who allowed it: nothing is allowed while all is stopped. */
const isNotStopped = sql<boolean>`not ${stoppedNow('approval')}`

interface Verdict {
  readonly approval: Selectable<ApprovalTable>
  readonly ruling: Ruling
  readonly at: Date
  readonly grantId: string | null
}

function entryOf(ctx: Context, { approval, ruling, at, grantId }: Verdict): News['entries'][number] {
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
    grant: grantId,
  }
  return { kind: 'approval', ref: ruling.actionId, at, data }
}

/** The person may have taken longer than the budget was held for the act before it asked. */
async function holdBudget(trx: Transaction<Database>, action: ActionRow, at: Date): Promise<void> {
  if (await renewReservations(trx, action.org_id, action.budget_reference, at)) return
  const message = 'The budget that was held for this act ran out while it waited. Deny it; the agent has to ask again.'
  throw new Fault('conflict', message, { data: { state: 'pending' } })
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

async function whyNot(ctx: Context, trx: Transaction<Database>, actionId: string, at: Date): Promise<Fault> {
  const row = await trx
    .selectFrom('approval')
    .select(['state', 'expires_at', 'decided_by'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .executeTakeFirst()
  if (!row) return new Fault('invalid_input', 'This action is not pending approval; it never needed one.')
  if (row.state === 'pending' && row.expires_at > at) {
    const message = 'The organization is halted or the agent is paused: resume first, or deny it.'
    return new Fault('conflict', message, { data: { state: 'pending' } })
  }
  const state = row.state === 'pending' ? 'expired' : row.state
  if (state === 'expired')
    return new Fault('APPROVAL_EXPIRED', 'This approval has expired; the agent has to ask again.', { data: { state } })
  const message = `This approval is ${state} already${row.decided_by ? `, by ${row.decided_by}` : ''}.`
  return new Fault('conflict', message, { data: { state, decided_by: row.decided_by } })
}
