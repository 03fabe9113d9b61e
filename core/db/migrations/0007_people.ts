import { sql, type Kysely } from 'kysely'

/**
 * People, the orgs they belong to, their sessions, and the list of admin acts. An account spans orgs, so it and what hangs on
 * it alone has no `org_id`: when the schema is sharded by org, these are the reference tables.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table account (
    id text primary key,
    email text not null,
    email_key text not null unique,
    name text not null,
    password_hash text,
    operator boolean not null default false,
    totp_secret bytea,
    totp_confirmed_at timestamptz,
    totp_last_step bigint,
    created_at timestamptz not null,
    disabled_at timestamptz
  )`,
  `create table account_recovery_code (
    account_id text not null references account (id) on delete cascade,
    code_hash text not null,
    used_at timestamptz,
    primary key (account_id, code_hash)
  )`,
  `create table account_session (
    id text primary key,
    token_hash text not null unique,
    account_id text not null references account (id) on delete cascade,
    member_of text not null references organization (org_id),
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    second_factor_at timestamptz,
    address text,
    user_agent text,
    revoked_at timestamptz
  )`,
  `create index account_session_account on account_session (account_id, id desc)`,
  `create index account_session_expiry on account_session (expires_at)`,
  `create table account_link (
    token_hash text primary key,
    purpose text not null,
    account_id text references account (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
  `create table sso_identity (
    issuer text not null,
    subject text not null,
    account_id text not null references account (id) on delete cascade,
    created_at timestamptz not null,
    primary key (issuer, subject)
  )`,
  `create index sso_identity_account on sso_identity (account_id)`,
  `create table sign_in_attempt (
    key text primary key,
    failures integer not null,
    window_start timestamptz not null
  )`,
  `create table membership (
    org_id text not null references organization (org_id),
    account_id text not null references account (id),
    role text not null,
    created_at timestamptz not null,
    created_by text not null,
    primary key (org_id, account_id)
  )`,
  `create index membership_account on membership (account_id)`,
  `create table invitation (
    org_id text not null references organization (org_id),
    id text not null,
    token_hash text not null,
    email text,
    role text not null,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by text,
    revoked_at timestamptz,
    primary key (org_id, id)
  )`,
  // An invitation is looked up before its org is known.
  `create unique index invitation_token on invitation (token_hash)`,
  `create table activity (
    org_id text not null references organization (org_id),
    id text not null,
    at timestamptz not null,
    event text not null,
    ref text not null,
    actor_id text not null,
    actor_name text not null,
    actor_kind text not null,
    address text,
    data jsonb not null,
    primary key (org_id, id)
  )`,
  `create index activity_event on activity (org_id, event, id desc)`,
  `create index activity_actor on activity (org_id, actor_id, id desc)`,
]
