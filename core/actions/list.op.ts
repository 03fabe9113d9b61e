import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { asShown } from './held.ts'
import { rollupOf } from './rollup.ts'
import { Action, actionToWire, outcomeStatuses, statuses } from './schema.ts'
import type { ActionRecordTable } from './tables.ts'

const Stats = z.object({
  total: z.int(),
  completed: z.int(),
  failed: z.int(),
  running: z.int(),
  high_risk: z.int(),
  avg_risk: z.number(),
  total_cost: z.number().describe('USD'),
})

export const list = operation({
  name: 'actions_list',
  title: 'List actions',
  description:
    'List actions, newest first, by agent, version, status, type, risk or outcome; status=pending_approval is the approval inbox.',
  input: z.object({
    agent_id: z.string().max(128).optional(),
    agent_version: z.string().max(128).optional(),
    swarm_id: z.string().max(128).optional(),
    session_id: z.string().max(128).optional(),
    status: z.enum(statuses).optional(),
    exclude_status: z.enum(statuses).optional(),
    action_type: z.string().max(128).optional(),
    risk_min: z.int().min(0).max(100).optional(),
    outcome_status: z.enum(outcomeStatuses).optional(),
    days: z.int().min(1).max(365).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({
    actions: z.array(Action),
    total: z.int().describe('Actions that match; with any filter but agent_id and days counted up to 10,000'),
    stats: Stats,
    lastUpdated: z.iso.datetime(),
    next_cursor: z.string().nullable(),
  }),
  scope: 'actions:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/actions' },
  mcp: 'direct',

  async handler(ctx, input) {
    const agentId = ctx.actor.agentId ?? input.agent_id
    const since = input.days === undefined ? null : new Date(ctx.now().getTime() - input.days * 86_400_000)
    const filter = { ...input, agent_id: agentId, since }
    let query = matching(ctx, filter)
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('action_id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor) {
      const [at, id] = decodeCursor(input.cursor, ['time', 'text'])
      query = query.where((eb) => eb(eb.refTuple('created_at', 'action_id'), '<', eb.tuple(at, id)))
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [
      row.created_at.toISOString(),
      row.action_id,
    ])
    const stats = await statsOf(ctx, agentId, since)
    return {
      actions: (await asShown(ctx.runtime, ctx.actor.orgId, rows)).map(actionToWire),
      total: narrowing.some((name) => input[name] !== undefined) ? await countOf(ctx, filter) : stats.total,
      stats,
      lastUpdated: ctx.now().toISOString(),
      next_cursor: nextCursor,
    }
  },
})

/** What the daily roll-up knows nothing of. */
const narrowing = [
  'agent_version',
  'swarm_id',
  'session_id',
  'status',
  'exclude_status',
  'action_type',
  'risk_min',
  'outcome_status',
] as const

type Status = (typeof statuses)[number]

interface Filter {
  readonly agent_id: string | undefined
  readonly since: Date | null
  readonly agent_version?: string | undefined
  readonly swarm_id?: string | undefined
  readonly session_id?: string | undefined
  readonly status?: Status | undefined
  readonly exclude_status?: Status | undefined
  readonly action_type?: string | undefined
  readonly risk_min?: number | undefined
  readonly outcome_status?: (typeof outcomeStatuses)[number] | undefined
}

/** `rows`: the table, or the part of it that is looked through. */
function matching(ctx: Context, filter: Filter, rows = sql<ActionRecordTable>`action_record`) {
  let query = ctx.db.selectFrom(rows.as('action_record')).where('org_id', '=', ctx.actor.orgId)
  if (filter.agent_id !== undefined) query = query.where('agent_id', '=', filter.agent_id)
  if (filter.agent_version) query = query.where('agent_version', '=', filter.agent_version)
  if (filter.swarm_id) query = query.where('swarm_id', '=', filter.swarm_id)
  if (filter.session_id) query = query.where('session_id', '=', filter.session_id)
  // Said as the partial index says it, so that the planner may use it.
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.status && filter.status !== 'completed') query = query.where('status', '<>', sql.lit('completed'))
  if (filter.exclude_status) query = query.where('status', '<>', filter.exclude_status)
  if (filter.action_type) query = query.where('action_type', '=', filter.action_type)
  if (filter.risk_min !== undefined) query = query.where('risk_score', '>=', filter.risk_min)
  if (filter.outcome_status) query = query.where('outcome_status', '=', filter.outcome_status)
  if (filter.since) query = query.where('created_at', '>=', filter.since)
  return query
}

const COUNT_CAP = 10_000
const SCAN_CAP = 100_000

/**
 * Counted up to 10,000: nobody pages further by number. What no index leads to is looked for among the newest 100,000
 * rows, so that the cost stays bounded whatever is asked for.
 */
async function countOf(ctx: Context, filter: Filter): Promise<number> {
  const isIndexed =
    filter.session_id !== undefined ||
    filter.agent_version !== undefined ||
    (filter.status !== undefined && filter.status !== 'completed')
  const capped = (isIndexed ? matching(ctx, filter) : matching(ctx, filter, newest(ctx, filter.agent_id)))
    .select('action_id')
    .limit(COUNT_CAP)
    .as('capped')
  const row = await ctx.db
    .selectFrom(capped)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

function newest({ actor }: Context, agentId: string | undefined) {
  const own = agentId === undefined ? sql`` : sql`and agent_id = ${agentId}`
  return sql<ActionRecordTable>`(
    select * from action_record where org_id = ${actor.orgId} ${own}
    order by created_at desc, action_id desc limit ${sql.lit(SCAN_CAP)})`
}

/** From the daily roll-up: exact to the day, whatever the length of the history. */
async function statsOf(ctx: Context, agentId: string | undefined, since: Date | null): Promise<z.output<typeof Stats>> {
  let days = rollupOf(ctx, agentId)
  if (since) days = days.where('day', '>=', sql<Date>`(${since.toISOString()}::timestamptz at time zone 'UTC')::date`)
  const sums = await days
    .select((eb) => [
      eb.fn.sum<number>('total').as('total'),
      eb.fn.sum<number>('completed').as('completed'),
      eb.fn.sum<number>('failed').as('failed'),
      eb.fn.sum<number>('high_risk').as('high_risk'),
      eb.fn.sum<number>('risk_sum').as('risk_sum'),
      eb.fn.sum<number>('cost_micros').as('cost_micros'),
    ])
    .executeTakeFirstOrThrow()
  const total = Number(sums.total ?? 0)
  return {
    total,
    completed: Number(sums.completed ?? 0),
    failed: Number(sums.failed ?? 0),
    running: await countOf(ctx, { agent_id: agentId, since, status: 'running' }),
    high_risk: Number(sums.high_risk ?? 0),
    avg_risk: total === 0 ? 0 : Math.round((Number(sums.risk_sum) / total) * 10) / 10,
    total_cost: Number(sums.cost_micros ?? 0) / 1e6,
  }
}
