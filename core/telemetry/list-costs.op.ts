import { z } from 'zod'
import { requireAgent } from '#core/agents/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Instant } from '../kernel/time.ts'
import { anomalyOn, type Anomaly } from './anomaly.rules.ts'
import { dearestAgents, type DearestAgents } from './dearest-agents.ts'
import {
  agentNames,
  costBy,
  costByDay,
  costByTask,
  costHistory,
  totalCost,
  type CostRange,
  type CostSum,
} from './costs.store.ts'

const Sum = { cost_usd: z.number(), tokens: z.int(), unpriced_count: z.int().describe('Events without a known price') }

const CostAnomaly = z
  .object({
    day: z.string(),
    z: z
      .number()
      .nullable()
      .describe('Modified z-score, 0.6745 (x - median) / MAD; beyond 3.5 is unusual; null: all days before were equal'),
    median_usd: z.number().describe('Of the days before, 28 at most'),
  })
  .meta({ id: 'CostAnomaly' })

const GROUPS = ['agent', 'model', 'day', 'version', 'task'] as const
/** Tasks of all agents are summed over so many days at most. */
const MAX_TASK_DAYS = 92

export const listCosts = operation({
  name: 'telemetry_list_costs',
  title: 'Costs of agents',
  description: 'Sum what agents cost by agent, model, day, version and task, and tell how unusual the day is.',
  input: z.object({
    agent_id: z.string().min(1).max(128).optional(),
    from: Instant.optional().describe('From its day (UTC) on; from the first when left away'),
    to: Instant.optional().describe('To the end of its day (UTC)'),
    group: z.enum(GROUPS).optional().describe('Only this list is filled'),
  }),
  output: z.object({
    total_usd: z.number(),
    total_tokens: z.int(),
    unpriced_count: z.int().describe('Events with tokens whose price is not known; they are not in total_usd'),
    by_agent: z
      .array(
        z.object({ agent_id: z.string(), agent_name: z.string().nullable(), ...Sum, anomaly: CostAnomaly.nullable() }),
      )
      .describe('The 100 dearest'),
    by_agent_at: z.iso
      .datetime()
      .nullable()
      .describe('To when by_agent is complete: with over 1,000 agents it may be up to a minute old'),
    by_model: z.array(z.object({ model: z.string().nullable(), ...Sum })).describe('The 100 dearest'),
    by_day: z.array(z.object({ day: z.string(), ...Sum })).describe('The 366 newest days'),
    by_version: z
      .array(z.object({ version_id: z.string().nullable(), ...Sum }))
      .describe('Filled with agent_id, as versions are those of an agent; the 100 dearest'),
    other_versions_usd: z.number().describe('Of versions that are not among these'),
    by_task: z
      .array(z.object({ task: z.string(), cost_usd: z.number(), count: z.int().describe('Tasks that ended') }))
      .describe(
        `Told by the events that end tasks. Filled with agent_id, or with group=task and a from of at most ${MAX_TASK_DAYS} days ago; the 100 dearest`,
      ),
    other_tasks_usd: z.number().describe('Of tasks that are not among these'),
    anomaly: CostAnomaly.nullable().describe('Of the last day asked for, at most today; null with under 7 days before'),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/costs' },
  mcp: 'catalog',

  async handler(ctx, { group, ...input }) {
    const range = await rangeOf(ctx, input)
    const wants = (name: (typeof GROUPS)[number]): boolean => group === undefined || group === name
    const today = dayOf(ctx.now())
    const day = range.to !== undefined && range.to < today ? range.to : today
    const total = await totalCost(ctx, range)
    const own = range.agentId === undefined ? undefined : [range.agentId]
    const history = (await costHistory(ctx, day, own)).get(range.agentId ?? '') ?? []
    const dearest = wants('agent') ? await dearestAgents(ctx, { range, day, total, history }) : NO_AGENTS
    const names = await agentNames(
      ctx,
      dearest.agents.map(({ name }) => name),
    )
    const models = wants('model') ? await costBy(ctx, range, 'model') : []
    const days = wants('day') ? await costByDay(ctx, range) : []
    const versions = wants('version') && own ? await costBy(ctx, range, 'version_id') : []
    const tasks = wants('task') && (own || isShort(range, group, today)) ? await costByTask(ctx, range) : []
    return {
      total_usd: total.cost / 1e6,
      total_tokens: total.tokens,
      unpriced_count: total.unpriced,
      by_agent: dearest.agents.map(({ name, anomaly, ...sum }) => ({
        agent_id: name,
        agent_name: names.get(name) ?? null,
        ...toWire(sum),
        anomaly: anomalyToWire(day, anomaly),
      })),
      by_agent_at: dearest.at?.toISOString() ?? null,
      by_model: models.map(({ name, ...sum }) => ({ model: named(name), ...toWire(sum) })),
      by_day: days.map(({ name, ...sum }) => ({ day: name, ...toWire(sum) })),
      by_version: versions.map(({ name, ...sum }) => ({ version_id: named(name), ...toWire(sum) })),
      other_versions_usd: versions.length === 0 ? 0 : rest(total.cost, versions),
      by_task: tasks.map(({ name, cost, count }) => ({ task: name, cost_usd: cost / 1e6, count })),
      other_tasks_usd: rest(tasks[0]?.whole ?? 0, tasks),
      anomaly: anomalyToWire(day, anomalyOn(day, history)),
    }
  },
})

const NO_AGENTS: DearestAgents = { agents: [], at: null }
const dayOf = (at: Date): string => at.toISOString().slice(0, 10)
const named = (text: string): string | null => (text === '' ? null : text)

const rest = (whole: number, listed: readonly { readonly cost: number }[]): number =>
  (whole - listed.reduce((sum, { cost }) => sum + cost, 0)) / 1e6

/** Whether the tasks of all agents may be summed over the range: only when they alone are asked for. */
function isShort({ from }: CostRange, group: string | undefined, today: string): boolean {
  if (group !== 'task') return false
  const days = from === undefined ? Infinity : (Date.parse(today) - Date.parse(from)) / 86_400_000
  if (days < MAX_TASK_DAYS) return true
  const details = [`from: is needed for the tasks of all agents, at most ${MAX_TASK_DAYS} days ago`]
  throw new Fault('invalid_input', 'Validation failed', { details })
}

function toWire({ cost, tokens, unpriced }: CostSum) {
  return { cost_usd: cost / 1e6, tokens, unpriced_count: unpriced }
}

function anomalyToWire(day: string, found: Anomaly | null): z.output<typeof CostAnomaly> | null {
  return found && { day, z: found.z, median_usd: found.median / 1e6 }
}

interface Asked {
  readonly agent_id?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

async function rangeOf(ctx: Context, asked: Asked): Promise<CostRange> {
  const agentId = ctx.actor.agentId ?? asked.agent_id
  const [from, to] = [asked.from?.slice(0, 10), asked.to?.slice(0, 10)]
  if (from !== undefined && to !== undefined && from > to) {
    throw new Fault('invalid_input', 'Validation failed', { details: ['from: must not be after to'] })
  }
  if (ctx.actor.agentId === null && agentId !== undefined) await requireAgent(ctx, agentId)
  return { agentId, from, to }
}
