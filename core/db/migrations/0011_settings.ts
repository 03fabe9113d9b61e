import { sql, type Kysely } from 'kysely'

/** Secrets of an org, what replicas tell each other about rate limits, and the list of admin acts by time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table org_secret (
    org_id text not null references organization (org_id),
    name text not null,
    value_encrypted bytea not null,
    shown text not null,
    updated_at timestamptz not null,
    updated_by text not null,
    primary key (org_id, name)
  )`,
  // Worth nothing after two minutes and rewritten every second: what a crash empties costs the limits one second.
  `create unlogged table rate_usage (
    org_id text not null,
    key text not null,
    minute bigint not null,
    replica text not null,
    used integer not null,
    primary key (org_id, key, minute, replica)
  )`,
  `create index rate_usage_minute on rate_usage (minute)`,
  // Listed by time: ids of one clock's milliseconds say less than the time the act was recorded for.
  `drop index activity_event`,
  `drop index activity_actor`,
  `create index activity_at on activity (org_id, at desc, id desc)`,
  `create index activity_event on activity (org_id, event, at desc, id desc)`,
  `create index activity_actor on activity (org_id, actor_id, at desc, id desc)`,
]
