import { counted, measured, type Measure, type Row } from './event.rules.ts'

type Numbers<K extends string> = Record<K, number>

export type UsageSum = Readonly<Record<'org_id' | 'day' | 'agent_id' | 'version_id' | 'model', string>> &
  Numbers<
    | 'events'
    | 'errors'
    | 'tokens_in'
    | 'tokens_out'
    | 'cache_read_tokens'
    | 'cache_write_tokens'
    | 'tokens'
    | 'cost_micros'
    | 'unpriced'
  >
export type OrgUsageSum = Readonly<Record<'org_id' | 'day' | 'model', string>> &
  Numbers<'tokens' | 'cost_micros' | 'unpriced'>
export type TaskSum = Readonly<Record<'org_id' | 'day' | 'agent_id' | 'version_id' | 'task', string>> &
  Numbers<
    | 'successes'
    | 'failures'
    | 'partials'
    | 'cost_micros'
    | 'duration_ms'
    | 'value_micros'
    | 'valued'
    | 'unvalued_successes'
    | 'unvalued_partials'
  >
export type MeasureSum = Readonly<Record<'org_id' | 'day' | 'agent_id' | 'version_id', string>> & Measure
export type StatSum = Readonly<Record<'org_id' | 'agent_id', string>> &
  Numbers<'events' | 'errors' | 'tokens' | 'cost_micros' | 'unpriced'> & {
    host: string | null
    reported_status: string | null
    status_at: Date | null
    last_event_at: Date
    last_received_at: Date
    last_heartbeat_at: Date | null
  }

export interface Sums {
  readonly stats: StatSum[]
  readonly usage: UsageSum[]
  readonly used: OrgUsageSum[]
  readonly tasks: TaskSum[]
  readonly measures: MeasureSum[]
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)
const keyed = (...parts: readonly string[]): string => parts.join('\0')
const later = (a: Date | null, b: Date): Date => (a !== null && a > b ? a : b)

/** What a batch adds, one row a sum: whoever writes it touches each row once, however many events there are. */
export function sumsOf(rows: readonly Row[]): Sums {
  const stats = new Map<string, StatSum>()
  const usage = new Map<string, UsageSum>()
  const tasks = new Map<string, TaskSum>()
  const measures = new Map<string, MeasureSum>()
  for (const row of rows) {
    addStat(stats, row)
    addUsage(usage, row)
    if (row.kind === 'task' && row.task !== null && row.outcome !== null) addTask(tasks, row, row.task, row.outcome)
    addMeasures(measures, row)
  }
  return {
    stats: sorted(stats),
    usage: sorted(usage),
    used: sorted(ofOrgs(usage)),
    tasks: sorted(tasks),
    measures: sorted(measures),
  }
}

/** In one order for all writers, or two batches would wait for each other in a circle. */
function sorted<T>(sums: ReadonlyMap<string, T>): T[] {
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
}

function addStat(stats: Map<string, StatSum>, row: Row): void {
  const key = keyed(row.org_id, row.agent_id)
  const at = row.at > row.received_at ? row.received_at : row.at
  let sum = stats.get(key)
  if (!sum) {
    const none = { host: null, reported_status: null, status_at: null, last_heartbeat_at: null }
    const zero = { events: 0, errors: 0, tokens: 0, cost_micros: 0, unpriced: 0 }
    sum = {
      org_id: row.org_id,
      agent_id: row.agent_id,
      ...none,
      ...zero,
      last_event_at: at,
      last_received_at: row.received_at,
    }
    stats.set(key, sum)
  }
  sum.last_event_at = later(sum.last_event_at, at)
  sum.last_received_at = later(sum.last_received_at, row.received_at)
  if (row.kind === 'heartbeat') sum.last_heartbeat_at = later(sum.last_heartbeat_at, row.received_at)
  if (row.host !== null) sum.host = row.host
  const isNewer = sum.status_at === null || at >= sum.status_at
  if (row.status !== null && row.status !== undefined && isNewer) {
    sum.reported_status = row.status
    sum.status_at = at
  }
  sum.events += 1
  sum.errors += isError(row) ? 1 : 0
  sum.tokens += row.tokens ?? 0
  sum.cost_micros += row.cost_micros ?? 0
  sum.unpriced += row.priced === false ? 1 : 0
}

export const isError = ({ kind }: Pick<Row, 'kind'>): boolean => kind === 'error'

function addUsage(usage: Map<string, UsageSum>, row: Row): void {
  const place = {
    org_id: row.org_id,
    day: dayOf(row.at),
    agent_id: row.agent_id,
    version_id: row.version_id ?? '',
    model: row.model ?? '',
  }
  const key = keyed(...Object.values(place))
  const tokens = { tokens_in: 0, tokens_out: 0, cache_read_tokens: 0, cache_write_tokens: 0, tokens: 0 }
  const sum = usage.get(key) ?? { ...place, events: 0, errors: 0, ...tokens, cost_micros: 0, unpriced: 0 }
  sum.events += 1
  sum.errors += isError(row) ? 1 : 0
  sum.tokens_in += row.tokens_in
  sum.tokens_out += row.tokens_out
  sum.cache_read_tokens += row.cache_read_tokens
  sum.cache_write_tokens += row.cache_write_tokens
  sum.tokens += row.tokens ?? 0
  sum.cost_micros += row.cost_micros ?? 0
  sum.unpriced += row.priced === false ? 1 : 0
  usage.set(key, sum)
}

/** Only what was used: days of heartbeats leave no row that all agents of the org would write. */
function ofOrgs(usage: ReadonlyMap<string, UsageSum>): Map<string, OrgUsageSum> {
  const sums = new Map<string, OrgUsageSum>()
  for (const { org_id, day, model, tokens, cost_micros, unpriced } of usage.values()) {
    if (tokens === 0 && cost_micros === 0 && unpriced === 0) continue
    const key = keyed(org_id, day, model)
    const sum = sums.get(key) ?? { org_id, day, model, tokens: 0, cost_micros: 0, unpriced: 0 }
    sum.tokens += tokens
    sum.cost_micros += cost_micros
    sum.unpriced += unpriced
    sums.set(key, sum)
  }
  return sums
}

const OUTCOME_SUM = { success: 'successes', failure: 'failures', partial: 'partials' } as const

function addTask(tasks: Map<string, TaskSum>, row: Row, task: string, outcome: keyof typeof OUTCOME_SUM): void {
  const day = dayOf(row.at)
  const place = { org_id: row.org_id, day, agent_id: row.agent_id, version_id: row.version_id ?? '', task }
  const key = keyed(...Object.values(place))
  const zero = { successes: 0, failures: 0, partials: 0, cost_micros: 0, duration_ms: 0, value_micros: 0, valued: 0 }
  const sum = tasks.get(key) ?? { ...place, ...zero, unvalued_successes: 0, unvalued_partials: 0 }
  sum[OUTCOME_SUM[outcome]] += 1
  sum.cost_micros += row.cost_micros ?? 0
  sum.duration_ms += row.duration_ms ?? 0
  sum.value_micros += row.value_micros ?? 0
  sum.valued += row.value_micros === null ? 0 : 1
  sum.unvalued_successes += row.value_micros === null && outcome === 'success' ? 1 : 0
  sum.unvalued_partials += row.value_micros === null && outcome === 'partial' ? 1 : 0
  tasks.set(key, sum)
}

function addMeasures(measures: Map<string, MeasureSum>, row: Row): void {
  const day = dayOf(row.at)
  for (const one of measuresOf(row)) {
    const version = row.version_id ?? ''
    const key = keyed(row.org_id, row.agent_id, day, version, one.dimension, one.bucket)
    const sum = measures.get(key)
    measures.set(key, {
      org_id: row.org_id,
      agent_id: row.agent_id,
      day,
      version_id: version,
      dimension: one.dimension,
      bucket: one.bucket,
      n: (sum?.n ?? 0) + one.n,
      total: (sum?.total ?? 0) + one.total,
      squares: (sum?.squares ?? 0) + one.squares,
    })
  }
}

/** What one event says about how an agent behaves. Costs and times spread over decades: their logarithm is compared. */
export function measuresOf(row: Row): Measure[] {
  const measures: Measure[] = [...row.tone]
  if (row.kind === 'tool_call' && row.tool !== null) measures.push(counted('tool_use', row.tool))
  if (row.kind !== 'task') return measures
  if (row.task !== null) measures.push(counted('task_scope', row.task))
  if (row.outcome !== null) {
    measures.push(measured('success', SUCCESS[row.outcome]), measured('error_rate', row.outcome === 'failure' ? 1 : 0))
  }
  if (row.cost_micros !== null) measures.push(measured('cost', Math.log1p(row.cost_micros)))
  if (row.duration_ms !== null) measures.push(measured('duration', Math.log1p(row.duration_ms)))
  return measures
}

/** A partial success counts half. */
export const SUCCESS = { success: 1, partial: 0.5, failure: 0 } as const
