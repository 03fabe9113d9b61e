import { isStopped, snapshots, type Snapshot } from '#core/guard/index'
import { assertKeyValidUnder } from '#core/keys/index'
import type { OrgSettings } from '#core/settings/index'
import type { Context } from '../kernel/context.ts'
import type { ActionRow } from './schema.ts'
import { releaseApproved } from './store.ts'

const RECENT_MS = 15 * 60_000

export interface Resumable {
  readonly kind: 'pending' | 'approved' | 'denied'
  readonly row: ActionRow
}

interface Standing {
  readonly prior: string | null
  readonly held: (settings: OrgSettings) => readonly string[] | null
  /** False: the agent acts as another version by now, so that what it asks for is another act. */
  readonly isAct: (snapshot: Snapshot) => Promise<boolean>
}

/**
 * The action that already stands for this very act: pending, approved in the last minutes and not yet used, or denied
 * in the last minutes. A retry must not ask the person again, and an approved act is handed out once. `prior` is the
 * guard decision this act was asked with: an approval that it used up is this call's own. `held` names
 * what is held against who speaks, null when they are refused: an approval answers for it only if it was given with
 * that in sight.
 */
export async function resumable(
  ctx: Context,
  agentId: string,
  act: string,
  { prior, held, isAct }: Standing,
): Promise<Resumable | null> {
  const { orgId } = ctx.actor
  const approval = await standingApproval(ctx, agentId, act)
  if (!approval) return null
  const snapshot = await ctx.runtime.use(snapshots).current(orgId)
  if (isStopped(snapshot, agentId)) return null
  const against = held(snapshot.settings)
  if (!(await isAct(snapshot))) return null
  if (against === null || against.some((id) => !approval.matched_policies.includes(id))) return null
  await assertKeyValidUnder(ctx, snapshot.control)
  if (approval.state === 'approved') {
    const mine = prior !== null && approval.released_to === prior
    if (!mine && !(await releaseApproved(ctx, approval.action_id))) return null
  }
  const row = await ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('action_id', '=', approval.action_id)
    .executeTakeFirst()
  return row ? { kind: approval.state, row } : null
}

async function standingApproval(ctx: Context, agentId: string, act: string) {
  const now = ctx.now()
  const recently = new Date(now.getTime() - RECENT_MS)
  const found = await ctx.db
    .selectFrom('approval')
    .select(['action_id', 'state', 'released_to', 'matched_policies'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('act_digest', '=', act)
    .where('agent_id', '=', agentId)
    .where('state', 'in', ['pending', 'approved', 'denied'])
    .where((eb) =>
      eb.or([
        eb.and([eb('state', '=', 'pending'), eb('expires_at', '>', now)]),
        eb.and([eb('state', '<>', 'pending'), eb('decided_at', '>', recently)]),
      ]),
    )
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  return found as (typeof found & { state: Resumable['kind'] }) | undefined
}
