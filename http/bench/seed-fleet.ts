import { Client } from 'pg'

export interface FleetSize {
  readonly agents: number
  readonly events: number
}

/** All fleets have the same days behind them, however many agents and events there are. */
export const FLEET_DAYS = 40

const ORG = 'org_default'

/** The ids of the seeded agents, in the order of the lists. */
export const agentId = (n: number): string => `agent-${String(n).padStart(6, '0')}`

/**
 * A fleet with its past, made by the database itself: agents with three versions each, their events in the order of
 * time, and the sums of exactly these events as ingest would have written them. The org must be fresh.
 */
export async function seedFleet(url: string, { agents, events }: FleetSize): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`set work_mem = '256MB'; set maintenance_work_mem = '512MB'; set synchronous_commit = off`)
    await client.query(FUNCTIONS)
    for (const statement of REGISTRY) await client.query(statement, [ORG, agents])
    await withoutIndexes(client, 'agent_event', () => client.query(EVENTS, [ORG, agents, events]))
    for (const statement of SUMS) await client.query(statement, [ORG])
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

/** Indexes that grow row by row in the order of time take several times as long as those built at the end. */
async function withoutIndexes(client: Client, table: string, work: () => Promise<unknown>): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; made: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made from pg_index
     where indrelid = $1::regclass and not indisprimary`,
    [table],
  )
  const { rows: keys } = await client.query<{ name: string; made: string }>(
    `select conname as name, pg_get_constraintdef(oid) as made from pg_constraint
     where conrelid = $1::regclass and contype = 'p'`,
    [table],
  )
  for (const { name } of keys) await client.query(`alter table ${table} drop constraint ${name}`)
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  await work()
  for (const { name, made } of keys) await client.query(`alter table ${table} add constraint ${name} ${made}`)
  for (const { made } of indexes) await client.query(made)
}

/** The same "random" number between 0 and 1 for the same text, in every run. */
const FUNCTIONS = `
  create function pg_temp.share(of text) returns float8 language sql immutable as $$
    select ('x' || substr(md5(of), 1, 8))::bit(32)::bigint / 4294967296.0 $$;
  create function pg_temp.id(n bigint) returns text language sql immutable as $$
    select 'agent-' || lpad(n::text, 6, '0') $$`

/** $1: org, $2: number of agents. Ten of any fleet are paused and ten are busy: filters that find the same everywhere. */
const REGISTRY = [
  `insert into agent (org_id, agent_id, agent_name, first_seen_at, last_seen_at, registered_at, registered_by,
      paused_at, paused_by, version_count)
    select $1, pg_temp.id(n), 'Agent ' || n, now() - interval '${FLEET_DAYS} days', now(), now(), 'bench',
      case when n % ($2::int / 10) = 7 then now() end, case when n % ($2::int / 10) = 7 then 'bench' end, 3
    from generate_series(0, $2::int - 1) as n`,
  `insert into agent_version (org_id, version_id, agent_id, version_number, origin, prompt, tools, config,
      content_digest, created_by, created_by_name, created_at)
    select $1, pg_temp.id(n) || '-v' || v, pg_temp.id(n), v, 'created', 'Review what was changed, step by step.', '[]',
      '{}', md5(n || '-' || v), 'bench', 'bench', now() - interval '${FLEET_DAYS} days'
    from generate_series(0, $2::int - 1) as n, generate_series(1, 3) as v`,
  `update agent set current_version_id = agent_id || '-v3' where org_id = $1 and $2 > 0`,
  // Heartbeats from ahead: they must still be fresh when the last round reads them.
  `insert into agent_presence (org_id, agent_id, status, last_heartbeat_at)
    select $1, pg_temp.id(n), case n % ($2::int / 10) when 8 then 'busy' else 'online' end,
      now() + interval '1 hour'
    from generate_series(0, $2::int - 1) as n where n % 10 <> 3`,
  `insert into action_rollup_day (org_id, day, agent_id, total, completed, risk_sum)
    select $1, (now() at time zone 'UTC')::date - d, pg_temp.id(n), 3, 3, 60
    from generate_series(0, ${FLEET_DAYS} - 1) as d, generate_series(0, $2::int - 1) as n`,
  `insert into drift_baseline (org_id, agent_id, first_day, last_day, pinned, taken_at, taken_by, evaluated_at)
    select $1, pg_temp.id(n), (now() at time zone 'UTC')::date - ${FLEET_DAYS}, (now() at time zone 'UTC')::date - ${FLEET_DAYS - 7},
      false, now(), 'system', now() + interval '1 hour'
    from generate_series(0, $2::int - 1) as n`,
  `insert into agent_alert (org_id, alert_id, agent_id, kind, severity, message, data, count, raised_at, last_at,
      lapses_at, resolved_at)
    select $1, 'al_' || n || '_' || turn, pg_temp.id(n), 'cost_spike', 'warning', 'Costs twice of what is usual.', '{}',
      1, raised, raised, case when turn = 0 then now() + interval '1 day' end,
      case when turn > 0 then raised + interval '1 hour' end
    from generate_series(0, $2::int - 1) as n, generate_series(0, 3) as turn,
      lateral (select now() - turn * interval '1 day' - n * interval '1 second' as raised) as at
    where turn > 0 or n % 2 = 0`,
]

/**
 * $1: org, $2: number of agents, $3: number of events. The mix of the ingest figures: calls of tools, costs, ended tasks,
 * errors, heartbeats. What agents cost differs by a factor of fifty, and of one agent from day to day.
 */
const EVENTS = `
  insert into agent_event (org_id, agent_id, event_id, kind, at, received_at, version_id, task_id, task, outcome, tool,
    act_digest, model, tokens, cost_micros, priced, duration_ms, value_micros, status, message, error)
  select $1, pg_temp.id(a), to_hex((extract(epoch from at) * 1000)::bigint) || '-' || n, kind, at, at,
    pg_temp.id(a) || '-v' || (1 + n * 3 / $3::bigint),
    case when kind = 'task' then 'task-' || n end, case when kind = 'task' then 'task-' || s % 6 end,
    case when kind <> 'task' then null when s % 11 = 0 then 'failure' when s % 11 = 1 then 'partial' else 'success' end,
    case when kind = 'tool_call' then 'tool-' || s % 12 end,
    case when kind = 'tool_call' then md5(n::text) || md5(s::text) end,
    case when kind = 'cost' then 'model-' || case when s % 8 = 0 then s / 8 % 4 else a % 4 end end,
    case when kind = 'cost' then 500 + s * 37 % 9000 end,
    case when kind in ('cost', 'task') then (level * (500 + s * 101 % 20000))::bigint end,
    case when kind = 'cost' then true end,
    case when kind in ('tool_call', 'task') then 20 + s * 13 % 9000 end,
    case when kind = 'task' and s % 2 = 0 then 50000 end,
    case when kind = 'heartbeat' then 'running' end, null,
    case when kind = 'error' then 'request ' || n || ' failed: connection reset by peer' end
  from (
    select n, n % $2::bigint as a, (n * 7919 + n / $2::bigint) % 1000003 as s,
      now() - interval '${FLEET_DAYS} days' * (1 - (n + 1) / $3::float8) as at,
      0.02 / (0.02 + pg_temp.share((n % $2::bigint)::text)) as level,
      (array['tool_call', 'tool_call', 'tool_call', 'tool_call', 'cost', 'cost', 'cost', 'task', 'error', 'heartbeat'])
        [1 + (n / $2::bigint * 3 + n % $2::bigint) % 10] as kind
    from generate_series(0, $3::bigint - 1) as n
  ) as event`

const DAY = `(at at time zone 'UTC')::date`
const FROM_EVENTS = `from agent_event where org_id = $1`

/** $1: org. */
const SUMS = [
  `insert into agent_stat (org_id, agent_id, host, reported_status, status_at, last_event_at, last_received_at,
      last_heartbeat_at, events, errors, tokens, cost_micros, unpriced, watch_at)
    select org_id, agent_id, 'host-' || right(agent_id, 1), 'running', max(at), max(at), max(received_at),
      max(received_at) filter (where kind = 'heartbeat'), count(*), count(*) filter (where kind = 'error'),
      coalesce(sum(tokens), 0), coalesce(sum(cost_micros), 0), 0, now()
    ${FROM_EVENTS} group by org_id, agent_id order by org_id, agent_id`,
  `insert into agent_usage_day (org_id, day, agent_id, version_id, model, events, errors, tokens_in, tokens_out,
      cache_read_tokens, cache_write_tokens, tokens, cost_micros, unpriced)
    select org_id, day, agent_id, version_id, model, events, errors, tokens - tokens / 5, tokens / 5, 0, 0, tokens, cost, 0
    from (
      select org_id, ${DAY} as day, agent_id, version_id, coalesce(model, '') as model, count(*) as events,
        count(*) filter (where kind = 'error') as errors, coalesce(sum(tokens), 0) as tokens,
        coalesce(sum(cost_micros), 0) as cost
      ${FROM_EVENTS} group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    ) as sums`,
  `insert into org_usage_day (org_id, day, model, tokens, cost_micros, unpriced)
    select org_id, day, model, sum(tokens), sum(cost_micros), sum(unpriced) from agent_usage_day
    where org_id = $1 and (tokens > 0 or cost_micros > 0) group by 1, 2, 3`,
  `insert into agent_task_day (org_id, day, agent_id, version_id, task, successes, failures, partials, cost_micros,
      duration_ms, value_micros, valued, unvalued_successes, unvalued_partials)
    select org_id, ${DAY}, agent_id, version_id, task, count(*) filter (where outcome = 'success'),
      count(*) filter (where outcome = 'failure'), count(*) filter (where outcome = 'partial'), sum(cost_micros),
      sum(duration_ms), coalesce(sum(value_micros), 0), count(value_micros),
      count(*) filter (where outcome = 'success' and value_micros is null),
      count(*) filter (where outcome = 'partial' and value_micros is null)
    ${FROM_EVENTS} and kind = 'task' group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`,
  `insert into agent_measure_day (org_id, agent_id, day, version_id, dimension, bucket, n, total, squares)
    select org_id, agent_id, ${DAY}, version_id, dimension, bucket, count(*), sum(value), sum(value * value)
    from agent_event, lateral (
      select 'tool_use' as dimension, tool as bucket, 0::float8 as value where kind = 'tool_call'
      union all select 'task_scope', task, 0 where kind = 'task'
      union all select 'success', '', case outcome when 'success' then 1 when 'partial' then 0.5 else 0 end
        where kind = 'task'
      union all select 'error_rate', '', case outcome when 'failure' then 1 else 0 end where kind = 'task'
      union all select 'cost', '', ln(1 + cost_micros) where kind = 'task'
      union all select 'duration', '', ln(1 + duration_ms) where kind = 'task'
    ) as measure
    where org_id = $1 group by 1, 2, 3, 4, 5, 6 order by 1, 3, 2`,
]
