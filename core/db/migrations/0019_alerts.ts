import { sql, type Kysely } from 'kysely'

/** Alerts about agents, when each agent is looked at next, and what an org used by day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The agent is empty text where an alert is about the org as a whole: null would be no part of a unique index.
  `create table agent_alert (
    org_id text not null,
    alert_id text not null,
    agent_id text not null,
    kind text not null check (kind in ('stuck', 'error', 'cost_spike', 'loop_detected')),
    severity text not null check (severity in ('critical', 'warning', 'info')),
    message text not null,
    data jsonb not null,
    count integer not null,
    raised_at timestamptz not null,
    last_at timestamptz not null,
    lapses_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at timestamptz,
    is_open smallint not null generated always as (case when resolved_at is null then 1 else 0 end) stored,
    primary key (org_id, alert_id)
  )`,
  `create unique index agent_alert_open on agent_alert (org_id, agent_id, kind) where resolved_at is null`,
  `create index agent_alert_list on agent_alert (org_id, is_open desc, raised_at desc, alert_id desc)`,
  `create index agent_alert_agent on agent_alert (org_id, agent_id, is_open desc, raised_at desc, alert_id desc)`,
  `create index agent_alert_lapse on agent_alert (lapses_at) where resolved_at is null and lapses_at is not null`,
  `create index agent_alert_held on agent_alert (org_id, agent_id) where resolved_at is null and lapses_at is null`,
  `create table alert_mute (
    org_id text not null,
    agent_id text not null,
    kind text not null,
    until timestamptz not null,
    muted_by text not null,
    primary key (org_id, agent_id, kind)
  )`,
  // Events do not move it, so they stay updates that touch no index: it is moved when its time has come.
  `alter table agent_stat add column watch_at timestamptz`,
  `update agent_stat set watch_at = last_received_at`,
  `create index agent_stat_watch on agent_stat (watch_at) where watch_at is not null`,
  `create index agent_stat_broken on agent_stat (org_id, agent_id) where reported_status = 'error'`,
  `create index agent_stat_cost on agent_stat (org_id, cost_micros desc, agent_id)`,
  `create table org_usage_day (
    org_id text not null,
    day date not null,
    model text not null,
    tokens bigint not null,
    cost_micros bigint not null,
    unpriced bigint not null,
    primary key (org_id, day, model)
  ) with (fillfactor = 70)`,
  `insert into org_usage_day (org_id, day, model, tokens, cost_micros, unpriced)
    select org_id, day, model, sum(tokens), sum(cost_micros), sum(unpriced) from agent_usage_day
    group by org_id, day, model`,
]
