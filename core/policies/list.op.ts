import { sql } from 'kysely'
import { z } from 'zod'
import { operation } from '#core/kernel/operation'
import { decodeCursor, pageInput, toPage } from '#core/kernel/page'
import { Policy, policyToWire } from './schema.ts'

export const list = operation({
  name: 'policies_list',
  title: 'List policies',
  description: 'List the guard policies of the org, newest first, optionally only those that apply to one agent.',
  input: z.object({
    agent_id: z.string().min(1).max(128).optional().describe('Keeps policies for every agent and for this one'),
    ...pageInput({ default: 200, max: 1000 }),
  }),
  output: z.object({ policies: z.array(Policy), next_cursor: z.string().nullable() }),
  scope: 'policies:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/policies' },
  mcp: 'direct',
  tool: 'writ_policies_list',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('guard_policy')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor !== undefined) query = query.where('id', '<', decodeCursor(input.cursor, ['text'])[0])
    if (input.agent_id !== undefined) {
      query = query.where(sql<boolean>`(agent_ids is null or agent_ids = '{}' or ${input.agent_id} = any (agent_ids))`)
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.id])
    return { policies: rows.map((row) => policyToWire(row, ctx.now())), next_cursor: nextCursor }
  },
})
