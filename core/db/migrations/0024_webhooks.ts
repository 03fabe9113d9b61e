import { sql, type Kysely } from 'kysely'

/** Where events are sent to, and everything that was, is or will be sent there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table webhook_endpoint (
    org_id text not null,
    webhook_id text not null,
    url text not null,
    description text,
    events text[] not null,
    format text not null check (format in ('writ', 'clawmit')),
    state text not null check (state in ('active', 'paused', 'disabled')),
    state_reason text,
    secret_encrypted bytea not null,
    previous_secret_encrypted bytea,
    previous_until timestamptz,
    cursor_seq bigint not null,
    failures integer not null default 0,
    failing_since timestamptz,
    held_until timestamptz,
    created_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    idempotency_key text,
    request_digest text,
    primary key (org_id, webhook_id)
  )`,
  `create unique index webhook_endpoint_idempotency on webhook_endpoint (org_id, idempotency_key)
    where idempotency_key is not null`,
  `create index webhook_endpoint_active on webhook_endpoint (org_id, webhook_id) where state = 'active'`,
  // One row a delivery, over all its tries: the unique key is what makes deriving them again harmless.
  `create table webhook_message (
    org_id text not null,
    delivery_id text not null,
    webhook_id text not null,
    seq bigint not null,
    part integer not null,
    event text not null,
    body text not null,
    state text not null check (state in ('pending', 'delivered', 'failed')),
    attempts integer not null default 0,
    next_at timestamptz not null,
    leased_until timestamptz,
    tries jsonb not null default '[]',
    created_at timestamptz not null,
    settled_at timestamptz,
    primary key (org_id, delivery_id),
    unique (org_id, webhook_id, seq, part),
    foreign key (org_id, webhook_id) references webhook_endpoint (org_id, webhook_id) on delete cascade
  ) with (fillfactor = 80)`,
  `create index webhook_message_due on webhook_message (org_id, webhook_id, next_at, seq, part) where state = 'pending'`,
  `create index webhook_message_log on webhook_message (org_id, webhook_id, delivery_id)`,
  `create index webhook_message_age on webhook_message using brin (settled_at)`,
]
