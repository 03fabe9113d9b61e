import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Assumption, assumptionToWire, driftScore } from './schema.ts'
import { driftSummary } from './store.ts'

const STALE_DAYS = 14

export const list = operation({
  name: 'assumptions_list',
  title: 'List assumptions',
  description: 'List assumptions, newest first, by action, agent or state.',
  input: z.object({
    validated: z.boolean().optional(),
    stale: z.boolean().optional().describe('Unchecked for more than 14 days'),
    drift: z.boolean().default(false).describe('Adds drift_score per row and a summary'),
    action_id: z.string().max(128).optional(),
    agent_id: z.string().max(128).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({
    assumptions: z.array(Assumption),
    total: z.int(),
    lastUpdated: z.iso.datetime(),
    drift_summary: z
      .object({ total: z.int(), at_risk: z.int(), validated: z.int(), invalidated: z.int(), unvalidated: z.int() })
      .optional(),
    next_cursor: z.string().nullable(),
  }),
  scope: 'assumptions:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/assumptions', aliases: ['/api/actions/assumptions'] },
  mcp: 'catalog',

  async handler(ctx, input) {
    const agentId = ctx.actor.agentId ?? input.agent_id
    let matching = ctx.db.selectFrom('assumption').where('org_id', '=', ctx.actor.orgId)
    if (agentId !== undefined) matching = matching.where('agent_id', '=', agentId)
    if (input.action_id) matching = matching.where('action_id', '=', input.action_id)
    if (input.validated !== undefined) matching = matching.where('validated', '=', input.validated)
    if (input.stale) {
      const old = new Date(ctx.now().getTime() - STALE_DAYS * 86_400_000)
      matching = matching.where('validated', '=', false).where('invalidated', '=', false).where('created_at', '<', old)
    }
    const { total } = await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    let page = matching
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('assumption_id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor) {
      const [at, id] = decodeCursor(input.cursor, ['time', 'text'])
      page = page.where((eb) => eb(eb.refTuple('created_at', 'assumption_id'), '<', eb.tuple(at, id)))
    }
    const { rows, nextCursor } = toPage(await page.execute(), input.limit, (row) => [
      row.created_at.toISOString(),
      row.assumption_id,
    ])
    const now = ctx.now()
    return {
      assumptions: rows.map((row) => ({
        ...assumptionToWire(row),
        ...(input.drift ? { drift_score: driftScore(row, now) } : {}),
      })),
      total: Number(total),
      lastUpdated: now.toISOString(),
      ...(input.drift ? { drift_summary: await driftSummary(ctx, agentId, input.action_id) } : {}),
      next_cursor: nextCursor,
    }
  },
})
