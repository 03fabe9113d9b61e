import { sql, type RawBuilder } from 'kysely'
import { effectiveSettings, knownSettings } from '#core/settings/index'
import { deleteBefore } from '../db/index.ts'
import type { Runtime } from '../kernel/runtime.ts'

const DAY_MS = 86_400_000
/** Own settings of so many orgs in one run; the rest comes with the next ones. */
const MAX_ORGS = 1000

/** Deletes events, and alerts that are over, which are older than their org keeps them; sums and open alerts stay. */
export async function sweepTelemetry(runtime: Runtime): Promise<void> {
  const own = await runtime.db
    .selectFrom('org_setting')
    .select('org_id')
    .where('key', '=', 'telemetry_retention_days')
    .orderBy('org_id')
    .limit(MAX_ORGS)
    .execute()
  const named = own.map((row) => row.org_id)
  const { telemetry_retention_days: usual } = effectiveSettings([], runtime.settings)
  await deleteOlder(runtime, usual, sql<boolean>`org_id <> all(${named}::text[])`)
  for (const orgId of named) {
    const { telemetry_retention_days: days } = await runtime.use(knownSettings).of(orgId)
    await deleteOlder(runtime, days, sql<boolean>`org_id = ${orgId}`)
  }
}

async function deleteOlder({ db, now }: Runtime, days: number, whose: RawBuilder<boolean>): Promise<void> {
  const before = new Date(now().getTime() - days * DAY_MS)
  for (const table of ['agent_event', 'agent_alert', 'drift_alert'] as const)
    await deleteBefore(db, table, before, { whose })
}
