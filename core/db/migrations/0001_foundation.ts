import { sql, type Kysely } from 'kysely'

/** Orgs, keys, agents, settings, events: what every other domain stands on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table organization (
    org_id text primary key,
    name text not null,
    created_at timestamptz not null,
    halted_at timestamptz,
    halted_by text,
    halt_reason text
  )`,
  `create table api_key (
    org_id text not null references organization (org_id),
    id text not null,
    name text not null,
    role text not null,
    scopes text[] not null,
    operator boolean not null default false,
    key_hash text not null,
    key_prefix text not null,
    agent_id text,
    created_by text,
    created_at timestamptz not null,
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    rate_limit_per_minute integer,
    rotated_to text,
    lineage text not null,
    primary key (org_id, id)
  )`,
  // A key is looked up before its org is known; it is the one unique index without org_id.
  `create unique index api_key_hash on api_key (key_hash)`,
  `create table agent (
    org_id text not null references organization (org_id),
    agent_id text not null,
    agent_name text,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    paused_at timestamptz,
    paused_by text,
    pause_reason text,
    primary key (org_id, agent_id)
  )`,
  `create index agent_paused on agent (org_id, agent_id) where paused_at is not null`,
  `create table org_setting (
    org_id text not null references organization (org_id),
    key text not null,
    value jsonb not null,
    updated_at timestamptz not null,
    updated_by text not null,
    primary key (org_id, key)
  )`,
  `create table event_head (org_id text primary key references organization (org_id), seq bigint not null default 0)`,
  `create table event (
    org_id text not null,
    seq bigint not null,
    name text not null,
    ref text,
    payload jsonb not null,
    at timestamptz not null,
    primary key (org_id, seq)
  )`,
  `create table job_lease (name text primary key, holder text not null, until timestamptz not null)`,
  `create index event_at on event using brin (at)`,
]
