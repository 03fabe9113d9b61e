import { sql, type Kysely } from 'kysely'

/** What an agent is made of, version by version, whose fork it is, and which versions share its work. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `alter table agent
    add column current_version_id text,
    add column version_count integer not null default 0,
    add column fork_count integer not null default 0,
    add column parent_agent_id text,
    add column root_agent_id text,
    add column fork_type text check (fork_type in ('exact_clone', 'prompt_mutation', 'tool_mutation'))`,
  `create index agent_family on agent (org_id, root_agent_id, agent_id) where root_agent_id is not null`,
  `create table agent_version (
    org_id text not null,
    version_id text not null,
    agent_id text not null,
    version_number integer not null,
    parent_version_id text,
    origin text not null check (origin in ('created', 'changed', 'rolled_back', 'forked')),
    prompt text not null,
    tools jsonb not null,
    config jsonb not null,
    content_digest text not null,
    commit_message text,
    tags text[] not null default '{}',
    created_by text not null,
    created_by_name text not null,
    created_at timestamptz not null,
    idempotency_key text,
    request_digest text,
    primary key (org_id, version_id),
    unique (org_id, agent_id, version_number),
    foreign key (org_id, agent_id) references agent (org_id, agent_id),
    foreign key (org_id, parent_version_id) references agent_version (org_id, version_id)
  )`,
  `create unique index agent_version_idempotency on agent_version (org_id, idempotency_key)
    where idempotency_key is not null`,
  `alter table agent add foreign key (org_id, current_version_id) references agent_version (org_id, version_id)`,
  `create table agent_traffic (
    org_id text not null,
    agent_id text not null,
    version_id text not null,
    weight integer not null check (weight between 1 and 1000),
    primary key (org_id, agent_id, version_id),
    foreign key (org_id, version_id) references agent_version (org_id, version_id)
  )`,
]
