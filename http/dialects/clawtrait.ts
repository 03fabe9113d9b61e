import { get as getDrift } from '#core/drift/get.op'
import { Fault } from '#core/kernel/errors'
import { unauthenticated } from '#core/keys/index'
import { getStats } from '#core/roi/get-stats.op'
import { knownSettings, type OrgSettings } from '#core/settings/index'
import { collect } from '#core/telemetry/collect.op'
import { limitPlan } from '../limits.ts'
import type { Headers } from '../send.ts'
import { inTheirNames, type Call, type Dialect, type Reply } from './dialect.ts'

/** ClawTrait: tasks that ended, what they were worth, and how far an agent moved from what it was. */
export const clawtrait: Dialect = {
  base: '/clawtrait/v1',
  credentials({ headers }) {
    const key = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    if (key === undefined || key.length > 512) throw unauthenticated()
    return { kind: 'key', key }
  },
  error: ({ message, code, details }) => ({ error: details?.join('; ') ?? message, code: code.toUpperCase() }),
  routes: [
    { method: 'post', path: '/events', answer: postEvent },
    { method: 'get', path: '/agents/{id}/stats', answer: agentStats },
    { method: 'get', path: '/agents/{id}/drift', answer: agentDrift },
  ],
}

type Plan = OrgSettings['clawtrait_plan']
const eventsPerMinute: Readonly<Record<Exclude<Plan, 'enterprise'>, number>> = { starter: 100, pro: 1000, team: 5000 }

async function postEvent({ body, context, run }: Call): Promise<Reply> {
  const headers = await limited(context)
  const sent = eventToWrit(body)
  const { event_ids: ids, rejected } = await run(collect, { events: [sent] })
  const [refused] = rejected
  if (refused) {
    const isInput = refused.code === 'invalid_input'
    const told = isInput ? inTheirNames(refused.error, theirNames) : refused.error
    throw new Fault(isInput ? 'invalid_input' : 'forbidden', told, isInput ? { details: [told] } : {})
  }
  return { status: 201, body: { id: ids[0] }, headers }
}

/** Refuses what the plan of the org has no room for. */
async function limited({ runtime, actor }: Call['context']): Promise<Headers> {
  const { clawtrait_plan: plan } = await runtime.use(knownSettings).of(actor.orgId)
  return plan === 'enterprise' ? {} : limitPlan(runtime, actor.orgId, eventsPerMinute[plan])
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What an event may be longer than; its tone shows in the beginning. */
const MAX_OUTPUT = 100_000

function eventToWrit(sent: unknown): unknown {
  if (!isRecord(sent)) throw invalid('the body must be an object with agentId, task, outcome')
  const missing = ['agentId', 'task', 'outcome'].filter((name) => sent[name] === undefined || sent[name] === null)
  if (missing.length > 0) throw invalid(missing.map((name) => `${name}: is required`).join('; '))
  const { metadata } = sent
  // Context of any kind is theirs; of what is of no use here nothing is refused.
  const known = isRecord(metadata) ? metadata : {}
  const { output, ...kept } = known
  const said = {
    event_id: sent['id'],
    agent_id: sent['agentId'],
    type: 'task',
    timestamp: sent['timestamp'],
    task: sent['task'],
    outcome: sent['outcome'],
    cost_usd: sent['cost'],
    duration_ms: typeof sent['durationMs'] === 'number' ? Math.round(sent['durationMs']) : sent['durationMs'],
    value_usd: typeof known['value'] === 'number' ? known['value'] : undefined,
    model: textOf(known['model']),
    version_id: textOf(known['versionId'], 128),
    output: typeof output === 'string' ? output.slice(0, MAX_OUTPUT).toWellFormed() : undefined,
    metadata: isRecord(metadata) && Object.keys(kept).length > 0 ? kept : isRecord(metadata) ? undefined : metadata,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined && value !== null))
}

function textOf(value: unknown, max = 256): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= max ? value : undefined
}

const theirNames: Readonly<Record<string, string>> = {
  event_id: 'id',
  agent_id: 'agentId',
  cost_usd: 'cost',
  duration_ms: 'durationMs',
  value_usd: 'metadata.value',
}

function invalid(problem: string): Fault {
  return new Fault('invalid_input', problem, { details: [problem] })
}

/** Without tasks their rates are 0, as their clients do sums with them; a return is never made up. */
async function agentStats({ params, query, run }: Call): Promise<Reply> {
  const period = query.get('period') as '30d' | null
  const stats = await run(getStats, { agent_id: params['id'] ?? '', ...(period === null ? {} : { period }) })
  const body = {
    agentId: stats.agent_id,
    period: stats.period,
    totalTasks: stats.total_tasks,
    successRate: stats.success_rate ?? 0,
    costPerTask: stats.cost_per_task ?? 0,
    totalCost: stats.total_cost,
    netROI: stats.net_roi,
  }
  return { status: 200, body }
}

async function agentDrift({ params, run }: Call): Promise<Reply> {
  const drift = await run(getDrift, { agent_id: params['id'] ?? '' })
  const baseline = drift.status === 'insufficient_data' ? null : drift.baseline
  const told =
    baseline === null
      ? { driftScore: 0, status: drift.status, baselineDate: null, topChanges: [] }
      : {
          driftScore: drift.drift_score,
          status: drift.status,
          baselineDate: `${baseline.first_day}T00:00:00Z`,
          topChanges: drift.top_changes.map(({ dimension, delta }) => ({ dimension, delta })),
        }
  return { status: 200, body: { agentId: drift.agent_id, ...told } }
}
