import { agentOf, actDigest } from '#core/guard/index'
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
    .where('approval.act_digest', '=', actDigest(agentId, request))
    .where('approval.agent_id', '=', agentId)
    .where('approval.state', '=', 'approved')
    .where('action_record.status', '=', 'running')
    .orderBy('approval.created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return approval ?? null
}

function byKey(ctx: Context, key: string): Promise<ActionRow | undefined> {
  return ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
}
