import { sql } from 'kysely'
import { z } from 'zod'
import { DECISIONS } from '#core/policies/index'
import type { Context } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Instant } from '../kernel/time.ts'
import { decisionToWire, listedColumns, DecisionRow } from './wire.ts'

const DecisionStats = z.object({
  total_24h: z.int(),
  blocks_24h: z.int(),
  warns_24h: z.int(),
  approvals_24h: z.int(),
})

export const listDecisions = operation({
  name: 'guard_list_decisions',
  title: 'Recent guard decisions',
  description: 'List guard decisions, newest first, by agent, version, action type, decision or time.',
  input: z.object({
    agent_id: z.string().max(128).optional(),
    agent_version: z.string().max(128).optional(),
    action_type: z.string().max(128).optional(),
    decision: z.enum(DECISIONS).optional(),
    since: Instant.optional(),
    days: z.int().min(1).max(90).optional(),
    ...pageInput({ default: 50, max: 1000 }),
  }),
  output: z.object({
    decisions: z.array(DecisionRow),
    total: z
      .int()
      .describe('Decisions that match, exact to the day; with action_type or agent_version counted up to 10,000'),
    stats: DecisionStats,
    limit: z.int(),
    offset: z.int(),
    next_cursor: z.string().nullable(),
  }),
  scope: 'guard:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/guard/decisions', aliases: ['/api/guard'] },
  mcp: 'direct',
  tool: 'writ_decisions_recent',

  async handler(ctx, input) {
    const since = sinceOf(ctx, input)
    let query = ctx.db
      .selectFrom('guard_decision')
      .select(listedColumns)
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('seq', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    const agentId = ctx.actor.agentId ?? input.agent_id
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
    if (input.agent_version) query = query.where('agent_version', '=', input.agent_version)
    if (input.decision) query = query.where('decision', '=', input.decision)
    if (input.action_type) query = query.where('action_type', '=', input.action_type)
    if (since) query = query.where('created_at', '>=', since)
    if (input.cursor) query = query.where('seq', '<', decodeCursor(input.cursor, ['number'])[0])
    const filter = { agentId, decision: input.decision, since }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [Number(row.seq)])
    return {
      decisions: rows.map(decisionToWire),
      total:
        input.action_type === undefined && input.agent_version === undefined
          ? await totalOf(ctx, filter)
          : await countOf(ctx, { ...filter, actionType: input.action_type, version: input.agent_version }),
      stats: await statsOf(ctx),
      limit: input.limit,
      offset: input.offset,
      next_cursor: nextCursor,
    }
  },
})

function sinceOf(ctx: Context, input: { since?: string | undefined; days?: number | undefined }): Date | null {
  if (input.since !== undefined) return new Date(input.since)
  return input.days === undefined ? null : new Date(ctx.now().getTime() - input.days * 86_400_000)
}

interface Filter {
  readonly agentId: string | undefined
  readonly decision: string | undefined
  readonly since: Date | null
}

interface Narrow extends Filter {
  readonly actionType: string | undefined
  readonly version: string | undefined
}

/**
 * No roll-up knows type and version: counted up to 10,000, the type, which no index knows, among the newest 100,000 of
 * the others.
 */
async function countOf(ctx: Context, filter: Narrow): Promise<number> {
  const conditions = [sql`org_id = ${ctx.actor.orgId}`]
  if (filter.agentId !== undefined) conditions.push(sql`agent_id = ${filter.agentId}`)
  if (filter.decision !== undefined) conditions.push(sql`decision = ${filter.decision}`)
  if (filter.since) conditions.push(sql`created_at >= ${filter.since}`)
  if (filter.version !== undefined) conditions.push(sql`agent_version = ${filter.version}`)
  const { rows } = await sql<{ total: string }>`
    select count(*) as total from (
      select 1 from (
        select action_type from guard_decision where ${sql.join(conditions, sql` and `)} order by seq desc limit 100000
      ) as newest where ${filter.actionType ?? null}::text is null or action_type = ${filter.actionType ?? null}::text limit 10000
    ) as capped`.execute(ctx.db)
  return Number(rows[0]?.total ?? 0)
}

/** From the daily roll-up, so the answer is exact to the day; history is never counted row by row. */
async function totalOf(ctx: Context, filter: Filter): Promise<number> {
  const conditions = [sql`org_id = ${ctx.actor.orgId}`]
  const days = sql.table(filter.agentId === undefined ? 'guard_total_day' : 'guard_rollup_day')
  if (filter.agentId !== undefined) conditions.push(sql`agent_id = ${filter.agentId}`)
  if (filter.decision !== undefined) conditions.push(sql`decision = ${filter.decision}`)
  if (filter.since) conditions.push(sql`day >= (${filter.since.toISOString()}::timestamptz at time zone 'UTC')::date`)
  const { rows } = await sql<{ total: string }>`
    select coalesce(sum(count), 0)::bigint as total from ${days} where ${sql.join(conditions, sql` and `)}`.execute(
    ctx.db,
  )
  return Number(rows[0]?.total ?? 0)
}

async function statsOf(ctx: Context): Promise<z.output<typeof DecisionStats>> {
  const since = new Date(ctx.now().getTime() - 86_400_000)
  const rows = ctx.actor.agentId === null ? await countsOf(ctx, since) : await ownCounts(ctx, ctx.actor.agentId, since)
  const counts = new Map(rows.map((row) => [row.decision, Number(row.count)]))
  return {
    total_24h: [...counts.values()].reduce((sum, count) => sum + count, 0),
    blocks_24h: counts.get('block') ?? 0,
    warns_24h: counts.get('warn') ?? 0,
    approvals_24h: counts.get('require_approval') ?? 0,
  }
}

function countsOf(ctx: Context, since: Date) {
  return ctx.db
    .selectFrom('guard_rollup_hour')
    .select(['decision', (eb) => eb.fn.sum<number>('count').as('count')])
    .where('org_id', '=', ctx.actor.orgId)
    .where('hour', '>', since)
    .groupBy('decision')
    .execute()
}

/** A key bound to one agent is told that agent's figures, from its rows: one agent makes few enough in a day. */
function ownCounts(ctx: Context, agentId: string, since: Date) {
  return ctx.db
    .selectFrom('guard_decision')
    .select(['decision', (eb) => eb.fn.countAll<number>().as('count')])
    .where('org_id', '=', ctx.actor.orgId)
    .where('agent_id', '=', agentId)
    .where('created_at', '>', since)
    .groupBy('decision')
    .execute()
}
