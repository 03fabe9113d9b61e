import { sql } from 'kysely'
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
  const { rows } = await sql<{ org_id: string; agent_id: string }>`
    select s.org_id, s.agent_id from agent_stat as s where s.reported_status = 'error'
      and not exists (select 1 from agent_alert as a where a.org_id = s.org_id and a.agent_id = s.agent_id
        and a.kind = 'error' and a.resolved_at is null)
      and not exists (select 1 from alert_mute as m where m.org_id = s.org_id and m.agent_id = s.agent_id
        and m.kind = 'error' and m.until > ${runtime.now()})
    limit ${LIMIT}`.execute(runtime.db)
  for (const [orgId, agents] of Map.groupBy(rows, (row) => row.org_id)) {
    const drafts = agents.map((agent) => brokenDraft(agent.agent_id, null))
    await raise(runtime, orgId, drafts)
  }
}
