import { sql, type Kysely } from 'kysely'

/** What outcomes are worth, and how far agents moved from what they were. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table task_value (
    org_id text not null,
    task text not null,
    value_micros bigint not null check (value_micros >= 0),
    updated_at timestamptz not null,
    updated_by text not null,
    primary key (org_id, task)
  )`,
  // An org's value counts for tasks without one of their own, so their outcomes are counted apart.
  `alter table agent_task_day
    add column unvalued_successes bigint not null default 0,
    add column unvalued_partials bigint not null default 0`,
  `update agent_task_day set unvalued_successes = successes, unvalued_partials = partials where valued = 0`,
  // A baseline may be what one version did.
  `alter table agent_measure_day add column version_id text not null default ''`,
  `alter table agent_measure_day drop constraint agent_measure_day_pkey`,
  `alter table agent_measure_day add primary key (org_id, agent_id, day, version_id, dimension, bucket)`,
  `create table drift_baseline (
    org_id text not null,
    agent_id text not null,
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    version_id text,
    pinned boolean not null,
    taken_at timestamptz not null,
    taken_by text not null,
    evaluated_at timestamptz,
    primary key (org_id, agent_id),
    foreign key (org_id, agent_id) references agent (org_id, agent_id)
  )`,
  `create table drift_alert (
    org_id text not null,
    agent_id text not null,
    dimension text not null,
    opened_at timestamptz not null,
    severity text not null check (severity in ('warning', 'critical')),
    distance double precision not null,
    explanation text not null,
    resolved_at timestamptz,
    primary key (org_id, agent_id, dimension, opened_at),
    foreign key (org_id, agent_id) references agent (org_id, agent_id)
  )`,
  `create unique index drift_alert_open on drift_alert (org_id, agent_id, dimension) where resolved_at is null`,
]
