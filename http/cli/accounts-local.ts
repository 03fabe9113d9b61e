import { createResetLink } from '#core/accounts/create-reset-link.op'
import type { Settings } from '#core/kernel/config'
import { invoke } from '#core/kernel/invoke'
import { operatorScopes } from '#core/kernel/scope'
import { FIRST_ORG } from '#core/orgs/index'
import type { InputOf, OutputOf } from '../client/index.ts'
import { createLog } from '../log.ts'
import { openRuntime } from '../open-runtime.ts'

/** Whoever may write the data directory is the operator of this instance. */
export async function resetLocally(
  asked: InputOf<'accounts_create_reset_link'>,
  settings: Settings,
): Promise<OutputOf<'accounts_create_reset_link'>> {
  const opened = await openRuntime(settings, createLog('warn'))
  try {
    const context = opened.runtime.context({
      orgId: FIRST_ORG,
      principalId: 'system:local',
      principalName: 'local operator',
      kind: 'system',
      role: 'admin',
      scopes: new Set(operatorScopes),
      agentId: null,
    })
    return await invoke(createResetLink, context, asked)
  } finally {
    await opened.close()
  }
}
