import { sql, type Kysely } from 'kysely'

/** Whether the hooks of agent clients hold, by machine, client and seam, as a witness saw it last. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table host_witness (
    org_id text not null references organization (org_id),
    machine text not null,
    host text not null,
    seam text not null,
    version text,
    outcome text not null,
    detail text not null,
    seen_at timestamptz not null,
    seen_by text not null,
    primary key (org_id, machine, host, seam)
  )`,
  `create index host_witness_seen on host_witness (org_id, seen_at desc, machine, host, seam)`,
]
