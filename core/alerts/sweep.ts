import type { Runtime } from '../kernel/runtime.ts'
import { brokenDraft } from './kinds.rules.ts'
import { raise } from './raise.ts'
import { resolveEnded } from './resolve.ts'
import { findSilent } from './silence.ts'

const LIMIT = 500

/** What time alone brings about: agents fall silent, conditions end. */
export async function sweepAlerts(runtime: Runtime): Promise<void> {
  await resolveEnded(runtime)
  await raiseBroken(runtime)
  await findSilent(runtime)
}

/** Ingest raises these at once; here is found what a server that died after writing the events did not get to. */
async function raiseBroken(runtime: Runtime): Promise<void> {
  const now = runtime.now()
  const rows = await runtime.db
    .selectFrom('agent_stat as s')
    .select(['s.org_id', 's.agent_id'])
    .where('s.reported_status', '=', 'error')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('agent_alert as a')
            .select('a.alert_id')
            .whereRef('a.org_id', '=', 's.org_id')
            .whereRef('a.agent_id', '=', 's.agent_id')
            .where('a.kind', '=', 'error')
            .where('a.resolved_at', 'is', null),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alert_mute as m')
            .select('m.until')
            .whereRef('m.org_id', '=', 's.org_id')
            .whereRef('m.agent_id', '=', 's.agent_id')
            .where('m.kind', '=', 'error')
            .where('m.until', '>', now),
        ),
      ),
    )
    .limit(LIMIT)
    .execute()
  for (const [orgId, agents] of Map.groupBy(rows, (row) => row.org_id)) {
    const drafts = agents.map((agent) => brokenDraft(agent.agent_id, null))
    await raise(runtime, orgId, drafts)
  }
}
