import { sql, type Kysely } from 'kysely'

/** The definitions of the tools of wrapped MCP servers, as each was first seen. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table tool_pin (
    org_id text not null references organization (org_id),
    id text not null,
    server text not null,
    tool text not null,
    skeleton text not null,
    digest text not null,
    definition text not null,
    state text not null check (state in ('pinned', 'quarantined')),
    reasons jsonb not null,
    first_seen_at timestamptz not null,
    first_seen_by text not null,
    approved_at timestamptz,
    approved_by text,
    primary key (org_id, id)
  )`,
  `create unique index tool_pin_definition on tool_pin (org_id, server, tool, digest)`,
  `create index tool_pin_skeleton on tool_pin (org_id, skeleton)`,
]
