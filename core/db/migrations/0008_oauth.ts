import { sql, type Kysely } from 'kysely'

/**
 * What people allowed OAuth clients, and what the authorization server has to remember. Records and keys belong to the
 * instance: a client and a code exist before anybody chose an org.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table oauth_grant (
    org_id text not null references organization (org_id),
    id text not null,
    account_id text not null references account (id),
    client_id text not null,
    client_name text not null,
    agent_id text,
    scopes text[] not null,
    second_factor_at timestamptz,
    created_at timestamptz not null,
    last_used_at timestamptz,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_by text,
    primary key (org_id, id)
  )`,
  // A token names its grant before the org is known.
  `create unique index oauth_grant_id on oauth_grant (id)`,
  `create index oauth_grant_account on oauth_grant (account_id, id desc)`,
  `create table oauth_record (
    model text not null,
    id text not null,
    payload jsonb not null,
    grant_id text,
    user_code text,
    consumed_at timestamptz,
    expires_at timestamptz not null,
    primary key (model, id)
  )`,
  `create index oauth_record_grant on oauth_record (grant_id) where grant_id is not null`,
  `create unique index oauth_record_user_code on oauth_record (user_code) where user_code is not null`,
  `create index oauth_record_expiry on oauth_record (expires_at)`,
  `create table oauth_signing_key (
    kid text primary key,
    public_key jsonb not null,
    private_key_encrypted bytea not null,
    created_at timestamptz not null,
    retired_at timestamptz
  )`,
  `create unique index oauth_signing_key_active on oauth_signing_key ((true)) where retired_at is null`,
]
