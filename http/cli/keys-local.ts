import { registerAgent } from '#core/agents/index'
import type { Settings } from '#core/kernel/config'
import { insertKey } from '#core/keys/index'
import { FIRST_ORG } from '#core/orgs/index'
import type { InputOf } from '../client/index.ts'
import { createLog } from '../log.ts'
import { openRuntime } from '../open-runtime.ts'

/** Whoever may write the data directory is the operator of this instance. */
export async function createLocally(
  body: InputOf<'keys_create'>,
  settings: Settings,
): Promise<{ key: { id: string }; secret: string }> {
  const opened = await openRuntime(settings, createLog('warn'))
  const { runtime } = opened
  try {
    const by = { orgId: FIRST_ORG, principalId: 'system:local' }
    const draft = {
      name: body.name,
      role: body.role ?? ('member' as const),
      agentId: body.agent_id,
      ...(body.expires_at === undefined ? {} : { expiresAt: new Date(body.expires_at) }),
    }
    const at = runtime.now()
    const made = await runtime.db.transaction().execute(async (trx) => {
      if (body.agent_id !== undefined) await registerAgent(trx, by, { agentId: body.agent_id, at })
      return insertKey(trx, by, at, draft)
    })
    return { key: { id: made.row.id }, secret: made.secret }
  } finally {
    await opened.close()
  }
}
