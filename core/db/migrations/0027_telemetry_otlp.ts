import { sql, type Kysely } from 'kysely'

/** Which of several signals of one emitter counts, and up to which event an org's decisions were exported. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table usage_source (
    org_id text not null,
    source text not null,
    signal text not null check (signal in ('traces', 'metrics', 'logs')),
    last_at timestamptz not null,
    primary key (org_id, source)
  ) with (fillfactor = 70)`,
  `create table span_export (
    org_id text not null primary key,
    seq bigint not null,
    failures integer not null,
    next_at timestamptz not null,
    last_error text
  ) with (fillfactor = 70)`,
  `create index org_setting_otlp on org_setting (org_id) where key = 'otlp_endpoint'`,
]
