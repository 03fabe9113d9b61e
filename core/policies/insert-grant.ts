import { cut } from '#core/kernel/text'
import type { Transaction } from 'kysely'
import type { Database } from '#core/db/database'
import { newId } from '#core/kernel/id'
import { insertPolicies, type By } from './store.ts'

export interface GrantDraft {
  readonly name: string
  readonly agentId: string
  readonly actionType: string
  /** Exactly this target, and what lies under it. */
  readonly target: string
  /** The risk the person saw: a graver act has to be asked for again. */
  readonly maxRisk: number
  readonly minutes: number
  readonly reason: string
}

export const GRANT_TARGET_MAX = 256

/** A time-boxed grant made together with an approval, inside the approver's transaction. Answers its policy id. */
export async function insertGrant(trx: Transaction<Database>, by: By, at: Date, draft: GrantDraft): Promise<string> {
  const id = newId('gp')
  const rules = {
    action_type: draft.actionType,
    target_prefix: draft.target,
    expires_at: new Date(at.getTime() + draft.minutes * 60_000).toISOString(),
    max_risk: draft.maxRisk,
    reason: cut(draft.reason, 500),
  }
  await insertPolicies(trx, by, at, [
    { id, name: `${draft.name} ${id.slice(-8)}`, policy_type: 'allow_grant', rules, agent_ids: [draft.agentId] },
  ])
  return id
}
