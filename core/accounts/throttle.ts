import { hash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import { Fault } from '../kernel/errors.ts'
import { emailKey } from './schema.ts'

const WINDOW_MS = 15 * 60_000
/** The pair stops who guesses; the account alone is let go further, or anybody could lock its owner out from elsewhere. */
const LIMITS = { pair: 10, account: 100, address: 60 } as const

export interface Attempt {
  readonly keys: readonly string[]
}

/**
 * Counts one attempt before the password is looked at, so that parallel guesses are counted too. The same for an account
 * that does not exist. Throws the 429.
 */
export async function countAttempt(
  db: Kysely<Database>,
  who: { readonly email: string; readonly address: string },
  now: Date,
): Promise<Attempt> {
  const account = hash('sha256', emailKey(who.email), 'hex')
  const limits = new Map<string, number>([
    [`address ${who.address}`, LIMITS.address],
    [`account ${account}`, LIMITS.account],
    [`pair ${account} ${who.address}`, LIMITS.pair],
  ])
  // One order for everybody: two attempts that share rows never wait for each other in a circle.
  const keys = [...limits.keys()].toSorted()
  const since = new Date(now.getTime() - WINDOW_MS)
  const { rows } = await sql<{ key: string; failures: number; window_start: Date }>`
    insert into sign_in_attempt (key, failures, window_start)
    select key, 1, ${now}::timestamptz from unnest(${keys}::text[]) as asked (key)
    on conflict (key) do update set
      failures = case when sign_in_attempt.window_start <= ${since}::timestamptz then 1 else sign_in_attempt.failures + 1 end,
      window_start = case when sign_in_attempt.window_start <= ${since}::timestamptz then ${now}::timestamptz else sign_in_attempt.window_start end
    returning key, failures, window_start`.execute(db)
  const over = rows.filter((row) => row.failures > (limits.get(row.key) ?? 0))
  if (over.length === 0) return { keys }
  const until = Math.max(...over.map((row) => new Date(row.window_start).getTime())) + WINDOW_MS
  throw new Fault('rate_limited', 'Too many attempts to sign in. Wait a while, or ask for a new password.', {
    retryAfter: Math.max(1, (until - now.getTime()) / 1000),
  })
}

/** A success clears what was counted against this person from here, and takes its own attempt back from the address. */
export async function forgetAttempt(db: Kysely<Database>, { keys }: Attempt): Promise<void> {
  const own = keys.filter((key) => !key.startsWith('address '))
  await db.deleteFrom('sign_in_attempt').where('key', 'in', own).execute()
  await sql`update sign_in_attempt set failures = greatest(failures - 1, 0)
    where key = any(${keys.filter((key) => key.startsWith('address '))}::text[])`.execute(db)
}

export async function sweepAttempts(db: Kysely<Database>, now: Date): Promise<void> {
  await db
    .deleteFrom('sign_in_attempt')
    .where('window_start', '<', new Date(now.getTime() - WINDOW_MS))
    .execute()
}
