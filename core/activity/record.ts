import type { Transaction } from 'kysely'
import { appendEntries } from '#core/ledger/index'
import type { Database } from '../db/database.ts'
import type { Actor } from '../kernel/context.ts'
import { newId } from '../kernel/id.ts'

export interface AdminAct {
  /** What happened, `<thing>.<past participle>`. */
  readonly event: string
  /** Id of the thing. */
  readonly ref: string
  readonly at: Date
  /** Stays for ever on the ledger: no secrets. */
  readonly data?: Readonly<Record<string, unknown>>
  /** Kind of the ledger's entry; `admin` unless told. */
  readonly kind?: 'admin' | 'key'
}

export type ActBy = Pick<Actor, 'orgId' | 'principalId' | 'address'> & Partial<Pick<Actor, 'principalName' | 'kind'>>

/** Records an admin act inside the caller's transaction: on the ledger, which proves it, and in the list that is searched. */
export async function recordAct(trx: Transaction<Database>, by: ActBy, act: AdminAct): Promise<void> {
  const { event, ref, at, data = {}, kind = 'admin' } = act
  const address = by.address ?? null
  await appendEntries(trx, by.orgId, [{ kind, ref, at, data: { event, by: by.principalId, address, ...data } }])
  await trx
    .insertInto('activity')
    .values({
      org_id: by.orgId,
      id: newId('adm'),
      at,
      event,
      ref,
      actor_id: by.principalId,
      actor_name: by.principalName ?? by.principalId,
      actor_kind: by.kind ?? 'system',
      address,
      data: JSON.stringify(data),
    })
    .execute()
}
