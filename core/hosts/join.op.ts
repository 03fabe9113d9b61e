import { z } from 'zod'
import { actNow, agentOf, isStopped, snapshots } from '#core/guard/index'
import { operation } from '../kernel/operation.ts'
import { callKey } from './call-key.rules.ts'
import { carriedBy } from './find-action.ts'
import { hostRequest } from './request.rules.ts'
import { toolFields } from './schema.ts'

export const join = operation({
  name: 'hosts_join',
  title: 'Join the action of a tool call',
  description:
    'What the hook of a client was allowed for this very call, so that the gateway behind it does not ask again. Only for the same agent and the same act.',
  input: z.looseObject(toolFields),
  output: z.object({ action_id: z.string().nullable().describe('Null: nothing was allowed for this call; ask') }),
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/hosts/{host}/join' },
  mcp: 'hidden',

  async handler(ctx, event) {
    const key = callKey(event)
    const { request, cut } = hostRequest(event)
    const agentId = agentOf(ctx, { ...request, agent_id: event.agent })
    if (key === null || agentId === null || cut) return { action_id: null }
    const asked = { ...request, declared_goal: request.declared_goal ?? event.tool_name }
    const act = await actNow(ctx, agentId, asked)
    const row = await carriedBy(ctx, { key, act, agentId })
    if (row === null || isStopped(await ctx.runtime.use(snapshots).current(ctx.actor.orgId), agentId)) {
      return { action_id: null }
    }
    return { action_id: row.action_id }
  },
})
