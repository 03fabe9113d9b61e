import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import { reportOf, type Report } from './report.rules.ts'
import { baselineOf, windowSums, type AgentKey, type Baseline } from './store.ts'
import { currentDays, dayOf, type Days } from './window.rules.ts'

/** The newest so many days are compared with the baseline unless told otherwise. */
export const CURRENT_DAYS = 7

export interface Measured {
  readonly baseline: Baseline | undefined
  readonly current: Days | undefined
  readonly report: Report
}

export async function measureDrift(
  db: Kysely<Database>,
  agent: AgentKey,
  now: Date,
  days: number = CURRENT_DAYS,
): Promise<Measured> {
  const baseline = await baselineOf(db, agent)
  const current = baseline && currentDays(baseline, dayOf(now), days)
  const rows = baseline && current ? await windowSums(db, agent, baseline, current) : []
  return { baseline, current, report: reportOf(rows) }
}
