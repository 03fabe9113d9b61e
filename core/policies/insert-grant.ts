import type { Transaction } from 'kysely'
import type { Database } from '#core/db/database'
import { newId } from '#core/kernel/id'
import { insertPolicies, type By } from './store.ts'

export interface GrantDraft {
  readonly name: string
  readonly agentId: string
  readonly actionType: string
  /** null = any target. */
  readonly targetPrefix: string | null
  readonly minutes: number
  readonly reason: string
}

const TARGET_MAX = 256

/** A time-boxed grant made together with an approval, inside the approver's transaction. Answers its policy id. */
export async function insertGrant(trx: Transaction<Database>, by: By, at: Date, draft: GrantDraft): Promise<string> {
  const id = newId('gp')
  const rules = {
    action_type: draft.actionType,
    ...(draft.targetPrefix === null ? {} : { target_prefix: draft.targetPrefix.slice(0, TARGET_MAX) }),
    expires_at: new Date(at.getTime() + draft.minutes * 60_000).toISOString(),
    // The person saw this act and its risk; a graver one of the same kind has to be asked for again.
    max_risk: 100,
    reason: draft.reason.slice(0, 500),
  }
  await insertPolicies(trx, by, at, [
    { id, name: `${draft.name} ${id.slice(-8)}`, policy_type: 'allow_grant', rules, agent_ids: [draft.agentId] },
  ])
  return id
}
