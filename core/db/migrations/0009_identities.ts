import { sql, type Kysely } from 'kysely'

/** Public keys of agents, the pairings they come from, identity tokens that were used, and who an action was known to be by. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table agent_identity (
    org_id text not null references organization (org_id),
    agent_id text not null,
    agent_name text,
    public_key text not null,
    algorithm text not null check (algorithm in ('RSASSA-PKCS1-v1_5', 'Ed25519', 'ES256')),
    fingerprint text not null,
    pairing_id text,
    created_by text not null,
    created_at timestamptz not null,
    primary key (org_id, agent_id)
  )`,
  `create table agent_pairing (
    org_id text not null references organization (org_id),
    id text not null,
    agent_id text not null,
    agent_name text,
    public_key text not null,
    algorithm text not null check (algorithm in ('RSASSA-PKCS1-v1_5', 'Ed25519', 'ES256')),
    fingerprint text not null,
    status text not null check (status in ('pending', 'approved')),
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    approved_by text,
    approved_at timestamptz,
    primary key (org_id, id)
  )`,
  `create index agent_pairing_status on agent_pairing (org_id, status, id desc)`,
  `create index agent_pairing_expiry on agent_pairing (expires_at) where status = 'pending'`,
  // A row per token that was used: who inserts it first may go on.
  `create table identity_token_use (
    org_id text not null,
    token text not null,
    request text,
    used_at timestamptz not null,
    at timestamptz not null,
    primary key (org_id, token)
  )`,
  `create index identity_token_use_at on identity_token_use (at)`,
  // Null on what was recorded before.
  `alter table action_record add column verification_status text, add column replay_status text, add column act_status text`,
]
