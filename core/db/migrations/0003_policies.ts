import { sql, type Kysely } from 'kysely'

/** Policies of each org, every state they were in, and the stamp that tells when they changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table guard_policy (
    org_id text not null references organization (org_id),
    id text not null,
    name text not null,
    policy_type text not null,
    rules jsonb not null,
    active boolean not null,
    agent_ids text[],
    mode text not null check (mode in ('enforce', 'shadow')),
    state text not null check (state in ('draft', 'active')),
    revision integer not null check (revision >= 1),
    created_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    idempotency_key text,
    request_digest text,
    primary key (org_id, id),
    unique (org_id, name)
  )`,
  `create unique index guard_policy_idempotency on guard_policy (org_id, idempotency_key) where idempotency_key is not null`,
  // Outlives the policy: what was removed stays readable.
  `create table policy_revision (
    org_id text not null references organization (org_id),
    policy_id text not null,
    revision integer not null,
    snapshot jsonb not null,
    change_type text not null check (change_type in ('created', 'updated', 'activated', 'removed')),
    actor text not null,
    at timestamptz not null,
    primary key (org_id, policy_id, revision)
  )`,
  `create table policy_set (
    org_id text primary key references organization (org_id),
    revision bigint not null
  )`,
]
