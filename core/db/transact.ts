import type { Kysely, Transaction } from 'kysely'
import type { Database } from './database.ts'

const TRIES = 3
/** Deadlock and serialisation failure: the database undid one of two transactions, and it may simply run again. */
const LOST_RACE: ReadonlySet<string> = new Set(['40P01', '40001'])

/**
 * Runs `work` in a transaction, and again (three times in all) when the database gave it up for another one. `work`
 * must leave no trace outside its transaction.
 */
export async function transact<T>(db: Kysely<Database>, work: (trx: Transaction<Database>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (attempt >= TRIES || !lostRace(error)) throw error
    }
  }
}

/** Whether the database undid a statement or transaction for another one's sake. */
export const lostRace = (error: unknown): boolean => isSqlState(error, LOST_RACE)

/** Whether the error, or what caused it, carries one of these SQLSTATE codes. */
export function isSqlState(error: unknown, codes: ReadonlySet<string>): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  return (typeof code === 'string' && codes.has(code)) || isSqlState(error.cause, codes)
}
