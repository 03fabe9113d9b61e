import { sql, type Kysely } from 'kysely'

/** The append-only log of each org: entries, tree, checkpoints, signing keys. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table ledger_entry (
    org_id text not null,
    seq bigint not null check (seq >= 0),
    at timestamptz not null,
    kind text not null,
    ref text not null,
    body text not null,
    leaf_hash bytea not null check (length(leaf_hash) = 32),
    primary key (org_id, seq)
  )`,
  `create index ledger_entry_ref on ledger_entry (org_id, ref, seq)`,
  // Decisions are nearly all there is; listing the rare kinds must not walk over them.
  `create index ledger_entry_kind on ledger_entry (org_id, kind, seq) where kind <> 'decision'`,
  `create table ledger_head (
    org_id text primary key,
    size bigint not null default 0,
    frontier bytea not null default '\\x',
    updated_at timestamptz not null default now()
  )`,
  `create table ledger_tile (
    org_id text not null,
    level integer not null check (level >= 1),
    idx bigint not null,
    hash bytea not null check (length(hash) = 32),
    primary key (org_id, level, idx)
  )`,
  `create table ledger_checkpoint (
    org_id text not null,
    size bigint not null,
    root bytea not null check (length(root) = 32),
    note text not null,
    created_at timestamptz not null,
    primary key (org_id, size)
  )`,
  `create table ledger_key (
    org_id text not null,
    kid text not null,
    algorithm text not null,
    origin text not null,
    public_key bytea not null,
    private_key_encrypted bytea not null,
    created_at timestamptz not null,
    retired_at timestamptz,
    primary key (org_id, kid)
  )`,
  `create unique index ledger_key_active on ledger_key (org_id) where retired_at is null`,
  // Whoever reaches the database through the application's role still cannot rewrite history by mistake.
  `create function ledger_refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception 'the ledger is append-only' using errcode = 'restrict_violation';
  end $$`,
  `create trigger ledger_entry_append_only before update or delete on ledger_entry
    for each row execute function ledger_refuse_change()`,
  `create trigger ledger_checkpoint_append_only before update or delete on ledger_checkpoint
    for each row execute function ledger_refuse_change()`,
]
