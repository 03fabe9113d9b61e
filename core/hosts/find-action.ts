import { actNow, agentOf } from '#core/guard/index'
import type { ActionRow } from '#core/actions/index'
import type { Context } from '../kernel/context.ts'
import { callKey } from './call-key.rules.ts'
import { hostRequest } from './request.rules.ts'
import type { ToolEvent } from './schema.ts'

/**
 * The action that stands for a tool call: the one it was asked with, else the running one of this very act, which is
 * what a call after an approval goes on with. Null when nothing was asked.
 */
export async function actionOf(ctx: Context, event: ToolEvent): Promise<ActionRow | null> {
  const key = callKey(event)
  const asked = key === null ? undefined : await byKey(ctx, key)
  if (asked) return asked
  const { request } = hostRequest(event)
  const agentId = agentOf(ctx, { ...request, agent_id: event.agent })
  if (agentId === null) return null
  const approval = await ctx.db
    .selectFrom('approval')
    .innerJoin('action_record', (join) =>
      join
        .onRef('action_record.org_id', '=', 'approval.org_id')
        .onRef('action_record.action_id', '=', 'approval.action_id'),
    )
    .selectAll('action_record')
    .where('approval.org_id', '=', ctx.actor.orgId)
    .where('approval.act_digest', '=', await actNow(ctx, agentId, request))
    .where('approval.agent_id', '=', agentId)
    .where('approval.state', '=', 'approved')
    .where('action_record.status', '=', 'running')
    .orderBy('approval.created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return approval ?? null
}

interface Carried {
  readonly key: string
  readonly act: string
  readonly agentId: string
}

/** The running action of this act that this call was allowed: its own, or an approved one that was handed out to it. */
export async function carriedBy(ctx: Context, { key, act, agentId }: Carried): Promise<ActionRow | null> {
  const { orgId } = ctx.actor
  const handed = ctx.db
    .selectFrom('approval')
    .select('action_id')
    .where('org_id', '=', orgId)
    .where('act_digest', '=', act)
    .where('state', '=', 'approved')
    .where('released_to', '=', key)
  const row = await ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('status', '=', 'running')
    .where('agent_id', '=', agentId)
    .where('act_digest', '=', act)
    .where((eb) => eb.or([eb('idempotency_key', '=', key), eb('action_id', 'in', handed)]))
    .executeTakeFirst()
  return row ?? null
}

/** Notes which call an approval was used up by, when that is another one than it was asked with. */
export async function handOver(
  ctx: Context,
  row: Pick<ActionRow, 'action_id' | 'idempotency_key'>,
  key: string | null,
) {
  if (key === null || row.idempotency_key === key) return
  await ctx.db
    .updateTable('approval')
    .set({ released_to: key })
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', row.action_id)
    .where('state', '=', 'approved')
    .where('released_to', '=', ctx.actor.principalId)
    .execute()
}

function byKey(ctx: Context, key: string): Promise<ActionRow | undefined> {
  return ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
}
