import { sql } from 'kysely'
import { requireAction } from '#core/actions/index'
import { snapshots } from '#core/guard/index'
import { assertKeyValid } from '#core/keys/index'
import { approversOf } from '#core/members/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'

/**
 * An agent key never approves, and with separation of duties neither does the principal that created the act:
 * always when the setting is on, and with `auto` as soon as the org has a second approver. A key and what it was rotated
 * to are one principal.
 */
export async function assertMayApprove(ctx: Context, actionId: string): Promise<void> {
  const { actor } = ctx
  if (actor.agentId !== null || actor.role === 'member' || actor.role === 'readonly') {
    throw new Fault(
      'APPROVER_IDENTITY_REQUIRED',
      'An agent key cannot approve. A person with the role admin or approver has to.',
    )
  }
  await assertKeyValid(ctx)
  await assertSecondFactor(ctx)
  const action = await requireAction(ctx, actionId)
  if ((await lineageOf(ctx, action.created_by)) !== (actor.lineage ?? actor.principalId)) return
  if (await separates(ctx)) {
    throw new Fault('SELF_APPROVAL', 'You created this act, so somebody else has to approve it (separation of duties).')
  }
}

/** A key or a session without one is refused, when the org asks for it: what was proved at sign-in is what counts. */
async function assertSecondFactor(ctx: Context): Promise<void> {
  const { settings } = await ctx.runtime.use(snapshots).current(ctx.actor.orgId)
  if (!settings.require_second_factor || ctx.actor.secondFactorAt instanceof Date) return
  throw new Fault(
    'second_factor_missing',
    'This organization takes approvals only from a person who signed in with a second factor.',
  )
}

async function lineageOf(ctx: Context, principalId: string): Promise<string> {
  if (principalId === ctx.actor.principalId) return ctx.actor.lineage ?? principalId
  const key = await ctx.db
    .selectFrom('api_key')
    .select('lineage')
    .where('org_id', '=', ctx.actor.orgId)
    .where('id', '=', principalId)
    .executeTakeFirst()
  return key?.lineage ?? principalId
}

async function separates(ctx: Context): Promise<boolean> {
  const { settings } = await ctx.runtime.use(snapshots).current(ctx.actor.orgId)
  if (settings.separation_of_duties !== 'auto') return settings.separation_of_duties === 'on'
  const people = await approversOf(ctx.db, ctx.actor.orgId, 2)
  if (people.length > 1) return true
  const keys = await ctx.db
    .selectFrom('api_key')
    .select('lineage')
    .distinct()
    .where('org_id', '=', ctx.actor.orgId)
    .where(sql<boolean>`'approvals:decide' = any(scopes)`)
    .where('agent_id', 'is', null)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', ctx.now())]))
    .limit(2)
    .execute()
  return people.length + keys.length > 1
}
