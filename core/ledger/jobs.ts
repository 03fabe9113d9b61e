import type { Kysely } from 'kysely'
import type { Database } from '#core/db/database'
import { signCheckpoint } from './checkpoints.ts'
import type { SigningPorts } from './keys.ts'

/**
 * Signs every log that moved past its last checkpoint; meant to run about once a second, on any number of replicas.
 * `since` leaves out logs that did not move after it: the first run of a process does without.
 * One org's failure does not keep the others waiting: it is told to `onError`.
 */
export async function signDueCheckpoints(
  db: Kysely<Database>,
  ports: SigningPorts & { readonly onError: (orgId: string, error: unknown) => void },
  since?: Date,
): Promise<number> {
  let query = db
    .selectFrom('ledger_head as head')
    .leftJoin('ledger_checkpoint as checkpoint', (join) =>
      join.onRef('checkpoint.org_id', '=', 'head.org_id').onRef('checkpoint.size', '=', 'head.size'),
    )
    .select('head.org_id')
    .where('head.size', '>', 0)
    .where('checkpoint.size', 'is', null)
  if (since) query = query.where('head.updated_at', '>=', since)
  let signed = 0
  for (const { org_id } of await query.execute()) {
    try {
      await signCheckpoint(db, org_id, ports)
      signed += 1
    } catch (error) {
      ports.onError(org_id, error)
    }
  }
  return signed
}
