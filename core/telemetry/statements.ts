/** The columns of an event as they are written, in the order of the parameters. */
export const COLUMNS = {
  org_id: 'text',
  agent_id: 'text',
  event_id: 'text',
  kind: 'text',
  at: 'timestamptz',
  received_at: 'timestamptz',
  version_id: 'text',
  task_id: 'text',
  task: 'text',
  outcome: 'text',
  tool: 'text',
  act_digest: 'text',
  model: 'text',
  tokens: 'bigint',
  cost_micros: 'bigint',
  priced: 'boolean',
  duration_ms: 'bigint',
  value_micros: 'bigint',
  status: 'text',
  message: 'text',
  error: 'text',
  data: 'jsonb',
} as const

const USAGE = [
  'events',
  'errors',
  'tokens_in',
  'tokens_out',
  'cache_read_tokens',
  'cache_write_tokens',
  'tokens',
  'cost_micros',
  'unpriced',
]
const TASK = [
  'successes',
  'failures',
  'partials',
  'cost_micros',
  'duration_ms',
  'value_micros',
  'valued',
  'unvalued_successes',
  'unvalued_partials',
]
const ORG = ['tokens', 'cost_micros', 'unpriced']

const bigints = (columns: readonly string[]) => columns.map((name) => `${name} bigint`).join(', ')
const added = (columns: readonly string[]) =>
  columns.map((name) => `${name} = kept.${name} + excluded.${name}`).join(', ')

/** One array a column: the database reads them in half the time that records of JSON take. */
const arrays = Object.values(COLUMNS).map((type, index) => `$${index + 1}::${type}[]`)
const insertEvents = (from: string) =>
  `insert into agent_event (${Object.keys(COLUMNS).join(', ')}) select event.* from ${from}`
const given = `unnest(${arrays.join(', ')}) as event`

/**
 * Every sum is one upsert of one row, in the order in which they are given; each table takes one JSON parameter, from
 * `$first` on: stats, presence, usage, usage of the org, tasks, measures.
 */
const sums = (first: number) => {
  const [stats, beats, usage, used, tasks, measures] = Array.from({ length: 6 }, (_, n) => `$${first + n}::json`)
  return {
    stats: `insert into agent_stat as kept (org_id, agent_id, host, reported_status, status_at, last_event_at,
        last_received_at, last_heartbeat_at, events, errors, tokens, cost_micros, unpriced, watch_at)
      select *, last_received_at from json_to_recordset(${stats}) as given (org_id text, agent_id text, host text,
        reported_status text, status_at timestamptz, last_event_at timestamptz, last_received_at timestamptz,
        last_heartbeat_at timestamptz, events bigint, errors bigint, tokens bigint, cost_micros bigint, unpriced bigint)
      on conflict (org_id, agent_id) do update set
        host = coalesce(excluded.host, kept.host),
        reported_status = case when excluded.status_at >= coalesce(kept.status_at, excluded.status_at)
          then excluded.reported_status else kept.reported_status end,
        status_at = greatest(kept.status_at, excluded.status_at),
        last_event_at = greatest(kept.last_event_at, excluded.last_event_at),
        last_received_at = greatest(kept.last_received_at, excluded.last_received_at),
        last_heartbeat_at = greatest(kept.last_heartbeat_at, excluded.last_heartbeat_at),
        ${added(['events', 'errors', 'tokens', 'cost_micros', 'unpriced'])}`,
    presence: `insert into agent_presence as kept (org_id, agent_id, status, last_heartbeat_at)
      select org_id, agent_id, status, last_heartbeat_at from json_to_recordset(${beats})
        as given (org_id text, agent_id text, status text, last_heartbeat_at timestamptz)
      on conflict (org_id, agent_id) do update set
        status = case when excluded.last_heartbeat_at >= kept.last_heartbeat_at then excluded.status else kept.status end,
        last_heartbeat_at = greatest(kept.last_heartbeat_at, excluded.last_heartbeat_at)`,
    usage: byDay('agent_usage_day', ['agent_id', 'version_id', 'model'], USAGE, usage),
    used: byDay('org_usage_day', ['model'], ORG, used),
    tasks: byDay('agent_task_day', ['agent_id', 'version_id', 'task'], TASK, tasks),
    measures: `insert into agent_measure_day as kept
        (org_id, agent_id, day, version_id, dimension, bucket, n, total, squares)
      select org_id, agent_id, day, version_id, dimension, bucket, n, total, squares
      from json_to_recordset(${measures}) as given (org_id text, agent_id text, day date, version_id text,
        dimension text, bucket text, n bigint, total double precision, squares double precision)
      on conflict (org_id, agent_id, day, version_id, dimension, bucket) do update set
        ${added(['n', 'total', 'squares'])}`,
  }
}

function byDay(table: string, keys: readonly string[], numbers: readonly string[], from: string | undefined): string {
  const key = ['org_id', 'day', ...keys].join(', ')
  return `insert into ${table} as kept (${key}, ${numbers.join(', ')}) select ${key}, ${numbers.join(', ')}
    from json_to_recordset(${from}) as given
      (org_id text, day date, ${keys.map((name) => `${name} text`).join(', ')}, ${bigints(numbers)})
    on conflict (${key}) do update set ${added(numbers)}`
}

const withSums = (first: number) =>
  `with ${Object.entries(sums(first))
    .map(([name, statement]) => `${name} as (${statement})`)
    .join(', ')}`

const EVENTS = Object.keys(COLUMNS).length

/** Events by 22 arrays, then the sums by six JSON texts. */
export const NEW_EVENTS = `${withSums(EVENTS + 1)} ${insertEvents(given)}`
/** The same with agents in front, in a last parameter: whoever is not known yet has to be before its sums are. */
export const NEW_EVENTS_OF_AGENTS = `${withSums(EVENTS + 1)},
  seen as materialized (select writ_see_agents($${EVENTS + 7}::json)) ${insertEvents(`seen cross join ${given}`)}`
/** Only the events, and of those the ones that were not known; answers these. */
export const UNKNOWN_EVENTS = `${insertEvents(given)} on conflict do nothing returning org_id, agent_id, event_id`
/** Only the sums. */
export const SUMS = `${withSums(1)} select`
