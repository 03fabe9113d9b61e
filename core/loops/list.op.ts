import { sql } from 'kysely'
import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Instant } from '../kernel/time.ts'
import { Loop, LoopType, loopToWire, priorities } from './schema.ts'

export const list = operation({
  name: 'loops_list',
  title: 'List open loops',
  description: 'List loops, most urgent first, by action, agent, status, type or priority.',
  input: z.object({
    action_id: z.string().max(128).optional(),
    agent_id: z.string().max(128).optional(),
    status: z.enum(['open', 'resolved', 'cancelled']).optional(),
    loop_type: LoopType.optional(),
    priority: z.enum(priorities).optional(),
    from: Instant.optional(),
    to: Instant.optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({
    loops: z.array(Loop),
    total: z.int(),
    stats: z.object({ open_count: z.int(), resolved_count: z.int(), critical_open: z.int(), high_open: z.int() }),
    lastUpdated: z.iso.datetime(),
    next_cursor: z.string().nullable(),
  }),
  scope: 'loops:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/actions/loops' },
  mcp: 'direct',
  tool: 'writ_loop_list',

  async handler(ctx, input) {
    const agentId = ctx.actor.agentId ?? input.agent_id
    let matching = ctx.db.selectFrom('open_loop').where('org_id', '=', ctx.actor.orgId)
    if (agentId !== undefined) matching = matching.where('agent_id', '=', agentId)
    if (input.action_id) matching = matching.where('action_id', '=', input.action_id)
    if (input.loop_type) matching = matching.where('loop_type', '=', input.loop_type)
    if (input.priority) matching = matching.where('priority', '=', input.priority)
    if (input.from) matching = matching.where('created_at', '>=', new Date(input.from))
    if (input.to) matching = matching.where('created_at', '<=', new Date(input.to))
    const counts = await matching
      .select((eb) => [
        eb.fn.countAll<number>().as('all'),
        sql<number>`count(*) filter (where status = 'open')`.as('open'),
        sql<number>`count(*) filter (where status = 'resolved')`.as('resolved'),
        sql<number>`count(*) filter (where status = 'cancelled')`.as('cancelled'),
        sql<number>`count(*) filter (where status = 'open' and priority = 'critical')`.as('critical'),
        sql<number>`count(*) filter (where status = 'open' and priority = 'high')`.as('high'),
      ])
      .executeTakeFirstOrThrow()
    let page = matching
      .selectAll()
      .orderBy('priority_rank', 'desc')
      .orderBy('created_at', 'desc')
      .orderBy('loop_id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.status) page = page.where('status', '=', input.status)
    if (input.cursor) {
      const [rank, at, id] = decodeCursor(input.cursor, ['small', 'time', 'text'])
      page = page.where((eb) => eb(eb.refTuple('priority_rank', 'created_at', 'loop_id'), '<', eb.tuple(rank, at, id)))
    }
    const { rows, nextCursor } = toPage(await page.execute(), input.limit, (row) => [
      row.priority_rank,
      row.created_at.toISOString(),
      row.loop_id,
    ])
    return {
      loops: rows.map(loopToWire),
      total: Number(input.status ? counts[input.status] : counts.all),
      stats: {
        open_count: Number(counts.open),
        resolved_count: Number(counts.resolved),
        critical_open: Number(counts.critical),
        high_open: Number(counts.high),
      },
      lastUpdated: ctx.now().toISOString(),
      next_cursor: nextCursor,
    }
  },
})
