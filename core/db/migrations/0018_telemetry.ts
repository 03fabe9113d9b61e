import { sql, type Kysely } from 'kysely'

/** What agents tell of themselves while they work, and its sums, which are written with it and read instead of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Nothing is changed later and old rows go in the order they came, so an index by time can be coarse.
  `create table agent_event (
    org_id text not null,
    agent_id text not null,
    event_id text not null,
    kind text not null check (kind in ('heartbeat', 'tool_call', 'error', 'cost', 'status_change', 'task')),
    at timestamptz not null,
    received_at timestamptz not null,
    version_id text,
    task_id text,
    task text,
    outcome text check (outcome in ('success', 'failure', 'partial')),
    tool text,
    act_digest text,
    model text,
    tokens bigint,
    cost_micros bigint,
    priced boolean,
    duration_ms bigint,
    value_micros bigint,
    status text,
    message text,
    error text,
    data jsonb,
    primary key (org_id, agent_id, event_id)
  )`,
  `create index agent_event_newest on agent_event (org_id, agent_id, received_at desc, event_id desc)`,
  `create index agent_event_age on agent_event using brin (received_at)`,
  `create table agent_stat (
    org_id text not null,
    agent_id text not null,
    host text,
    reported_status text check (reported_status in ('running', 'stopped', 'error', 'idle')),
    status_at timestamptz,
    last_event_at timestamptz not null,
    last_received_at timestamptz not null,
    last_heartbeat_at timestamptz,
    events bigint not null,
    errors bigint not null,
    tokens bigint not null,
    cost_micros bigint not null,
    unpriced bigint not null,
    primary key (org_id, agent_id),
    foreign key (org_id, agent_id) references agent (org_id, agent_id)
  ) with (fillfactor = 70)`,
  `create table agent_usage_day (
    org_id text not null,
    day date not null,
    agent_id text not null,
    version_id text not null,
    model text not null,
    events bigint not null,
    errors bigint not null,
    tokens_in bigint not null,
    tokens_out bigint not null,
    cache_read_tokens bigint not null,
    cache_write_tokens bigint not null,
    tokens bigint not null,
    cost_micros bigint not null,
    unpriced bigint not null,
    primary key (org_id, day, agent_id, version_id, model)
  ) with (fillfactor = 70)`,
  `create index agent_usage_agent on agent_usage_day (org_id, agent_id, day)`,
  `create table agent_task_day (
    org_id text not null,
    day date not null,
    agent_id text not null,
    version_id text not null,
    task text not null,
    successes bigint not null,
    failures bigint not null,
    partials bigint not null,
    cost_micros bigint not null,
    duration_ms bigint not null,
    value_micros bigint not null,
    valued bigint not null,
    primary key (org_id, day, agent_id, version_id, task)
  ) with (fillfactor = 70)`,
  `create index agent_task_agent on agent_task_day (org_id, agent_id, day)`,
  `create table agent_measure_day (
    org_id text not null,
    agent_id text not null,
    day date not null,
    dimension text not null,
    bucket text not null,
    n bigint not null,
    total double precision not null,
    squares double precision not null,
    primary key (org_id, agent_id, day, dimension, bucket)
  ) with (fillfactor = 70)`,
]
