import { sql } from 'kysely'
import type { Runtime } from '../kernel/runtime.ts'

export interface Cursor {
  readonly orgId: string
  readonly seq: number
  readonly failures: number
}

/** Orgs with a receiver whose turn has come, longest waiting first. An org that is new starts at the events of now. */
export async function dueOrgs(runtime: Runtime, limit: number): Promise<Cursor[]> {
  const now = runtime.now()
  await sql`
    insert into span_export (org_id, seq, failures, next_at)
    select setting.org_id, coalesce(head.seq, 0), 0, ${now}
    from org_setting setting left join event_head head on head.org_id = setting.org_id
    where setting.key = 'otlp_endpoint'
      and not exists (select 1 from span_export known where known.org_id = setting.org_id)
    on conflict do nothing`.execute(runtime.db)
  await sql`
    delete from span_export gone where not exists (
      select 1 from org_setting setting where setting.org_id = gone.org_id and setting.key = 'otlp_endpoint')`.execute(
    runtime.db,
  )
  const rows = await runtime.db
    .selectFrom('span_export')
    .innerJoin('event_head', 'event_head.org_id', 'span_export.org_id')
    .select(['span_export.org_id', 'span_export.seq', 'span_export.failures'])
    .where('next_at', '<=', now)
    .whereRef('event_head.seq', '>', 'span_export.seq')
    .orderBy('next_at')
    .limit(limit)
    .execute()
  return rows.map(({ org_id, seq, failures }) => ({ orgId: org_id, seq: Number(seq), failures }))
}

/** False when another replica was quicker; it goes on from there. */
export async function advance(runtime: Runtime, orgId: string, from: number, upTo: number): Promise<boolean> {
  const { numUpdatedRows } = await runtime.db
    .updateTable('span_export')
    .set({ seq: upTo, failures: 0, last_error: null, next_at: runtime.now() })
    .where('org_id', '=', orgId)
    .where('seq', '=', from)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function postpone(
  runtime: Runtime,
  { orgId, failures }: Cursor,
  { wait, error }: { wait: number; error: string },
): Promise<void> {
  const next_at = new Date(runtime.now().getTime() + wait)
  await runtime.db
    .updateTable('span_export')
    .set({ failures: failures + 1, last_error: error, next_at })
    .where('org_id', '=', orgId)
    .execute()
}
