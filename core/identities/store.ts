import type { Selectable, Transaction } from 'kysely'
import { recordAct } from '#core/activity/index'
import type { Database } from '../db/database.ts'
import type { Actor } from '../kernel/context.ts'
import type { PublicKey } from './public-key.rules.ts'
import type { AgentIdentityTable } from './tables.ts'

export interface IdentityDraft {
  readonly agentId: string
  readonly agentName: string | null
  readonly key: PublicKey
  readonly pairingId: string | null
}

/** Makes a key the one the agent is known by, in place of any other, inside the caller's transaction. */
export async function putIdentity(
  trx: Transaction<Database>,
  by: Actor,
  at: Date,
  { agentId, agentName, key, pairingId }: IdentityDraft,
): Promise<Selectable<AgentIdentityTable>> {
  const values = {
    agent_name: agentName,
    public_key: key.pem,
    algorithm: key.algorithm,
    fingerprint: key.fingerprint,
    pairing_id: pairingId,
    created_by: by.principalId,
    created_at: at,
  }
  const row = await trx
    .insertInto('agent_identity')
    .values({ org_id: by.orgId, agent_id: agentId, ...values })
    .onConflict((conflict) => conflict.columns(['org_id', 'agent_id']).doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow()
  const data = { algorithm: key.algorithm, fingerprint: key.fingerprint, pairing_id: pairingId }
  await recordAct(trx, by, { event: 'identity.registered', ref: agentId, at, data })
  return row
}
