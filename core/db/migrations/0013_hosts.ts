import { sql, type Kysely } from 'kysely'

/** What models used in the sessions of agent clients, each answer once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table host_usage (
    org_id text not null references organization (org_id),
    host text not null,
    usage_key text not null,
    session_id text not null,
    agent_id text not null,
    model text,
    tokens_in bigint not null,
    tokens_out bigint not null,
    cache_read_tokens bigint not null,
    cache_write_tokens bigint not null,
    cost_micros bigint,
    at timestamptz not null,
    primary key (org_id, host, usage_key)
  )`,
  `create index host_usage_session on host_usage (org_id, session_id, at desc)`,
  `create index host_usage_at on host_usage (at)`,
]
