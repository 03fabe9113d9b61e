import { sql, type Kysely } from 'kysely'
import type { Database } from '#core/db/database'
import type { Usage } from './minute-counter.ts'

/** More than this of other replicas is not read: the fullest first, as they are what a limit may stop. */
const MAX_READ = 50_000

export interface ForeignUsage {
  readonly key: string
  readonly minute: number
  readonly used: number
}

/**
 * Tells the other replicas what was used here and reads what was used there, of `minute` and the one before, in one
 * statement. A replica writes its own rows alone and tells totals, so a lost or repeated run does no harm.
 */
export async function exchangeUsage(
  db: Kysely<Database>,
  { replica, minute }: { readonly replica: string; readonly minute: number },
  used: readonly Usage[],
): Promise<readonly ForeignUsage[]> {
  const column = (pick: (one: Usage) => string | number): string[] => used.map((one) => String(pick(one)))
  const { rows } = await sql<{ key: string; minute: string | number; used: string | number }>`
    with told as (
      insert into rate_usage (org_id, key, minute, replica, used)
      select org_id, key, minute::bigint, ${replica}, used::integer
      from unnest(
        ${column(({ orgId }) => orgId)}::text[], ${column(({ key }) => key)}::text[],
        ${column(({ minute: at }) => at)}::text[], ${column(({ used: calls }) => calls)}::text[]
      ) as mine (org_id, key, minute, used)
      on conflict (org_id, key, minute, replica) do update set used = excluded.used
    )
    select key, minute, sum(used) as used from rate_usage
    where minute in (${minute - 1}, ${minute}) and replica <> ${replica}
    group by key, minute order by sum(used) desc limit ${sql.lit(MAX_READ)}`.execute(db)
  return rows.map((row) => ({ key: row.key, minute: Number(row.minute), used: Number(row.used) }))
}

/** Removes what no limit can depend on any more, of every replica. */
export async function forgetUsage(db: Kysely<Database>, minute: number): Promise<void> {
  await db
    .deleteFrom('rate_usage')
    .where('minute', '<', minute - 1)
    .execute()
}
