import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Identity, identityToWire } from './schema.ts'

export const list = operation({
  name: 'identities_list',
  title: 'Keys of agents',
  description: 'List the public keys that agents are known by, by agent.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ identities: z.array(Identity), next_cursor: z.string().nullable() }),
  scope: 'identities:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/identities' },
  mcp: 'hidden',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('agent_identity')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('agent_id')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor) query = query.where('agent_id', '>', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.agent_id])
    return { identities: rows.map(identityToWire), next_cursor: nextCursor }
  },
})
