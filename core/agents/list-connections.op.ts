import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { AgentId, Connection, connectionToWire } from './schema.ts'

const MAX_COUNTED = 10_000

export const listConnections = operation({
  name: 'agents_list_connections',
  title: 'List connections',
  description: 'List what agents say they are connected to, by agent and name, or of one agent or provider.',
  input: z.object({
    agent_id: AgentId.optional(),
    provider: z.string().min(1).max(128).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({
    connections: z.array(Connection),
    total: z.int().describe('Counted up to 10,000'),
    next_cursor: z.string().nullable(),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/connections' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const agentId = ctx.actor.agentId ?? input.agent_id
    let matching = ctx.db.selectFrom('agent_connection').where('org_id', '=', ctx.actor.orgId)
    if (agentId !== undefined) matching = matching.where('agent_id', '=', agentId)
    if (input.provider !== undefined) matching = matching.where('provider', '=', input.provider)
    let page = matching
      .selectAll()
      .orderBy('agent_id')
      .orderBy('name')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor !== undefined) {
      const [agent, name] = decodeCursor(input.cursor, ['text', 'text'])
      page = page.where((eb) => eb(eb.refTuple('agent_id', 'name'), '>', eb.tuple(agent, name)))
    }
    const counted = ctx.db
      .selectFrom(matching.select('name').limit(MAX_COUNTED).as('counted'))
      .select((eb) => eb.fn.countAll<number>().as('total'))
    const [found, { total }] = await Promise.all([page.execute(), counted.executeTakeFirstOrThrow()])
    const { rows, nextCursor } = toPage(found, input.limit, (row) => [row.agent_id, row.name])
    return { connections: rows.map(connectionToWire), total: Number(total), next_cursor: nextCursor }
  },
})
