import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Approval, approvalToWire } from './schema.ts'

export const list = operation({
  name: 'approvals_list',
  title: 'List approvals',
  description: 'List approvals, newest first, by state or agent.',
  input: z.object({
    state: z.enum(['pending', 'approved', 'denied', 'expired', 'withdrawn']).optional(),
    agent_id: z.string().max(128).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ approvals: z.array(Approval), next_cursor: z.string().nullable() }),
  scope: 'approvals:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/approvals' },
  mcp: 'catalog',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('approval')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.state) query = query.where('state', '=', input.state)
    // A pending approval past its expiry is about to be swept: nobody can decide it any more.
    if (input.state === 'pending') query = query.where('expires_at', '>', ctx.now())
    const agentId = ctx.actor.agentId ?? input.agent_id
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
    if (input.cursor) {
      const [at, id] = decodeCursor(input.cursor, ['time', 'text'])
      query = query.where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(at, id)))
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [
      row.created_at.toISOString(),
      row.id,
    ])
    return { approvals: rows.map(approvalToWire), next_cursor: nextCursor }
  },
})
