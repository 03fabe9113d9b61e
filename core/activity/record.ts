import type { Transaction } from 'kysely'
import { appendEntries } from '#core/ledger/index'
import type { Database } from '../db/database.ts'
import type { Actor } from '../kernel/context.ts'
import { newId } from '../kernel/id.ts'

/** One admin act as it is listed. */
export interface ListedAct {
  /** What happened, `<thing>.<past participle>`. */
  readonly event: string
  /** Id of the thing. */
  readonly ref: string
  readonly at: Date
  /** No secrets. */
  readonly data?: Readonly<Record<string, unknown>>
}

/** The same with its entry on the ledger, where `data` stays for ever. */
export interface AdminAct extends ListedAct {
  /** Kind of the ledger's entry; `admin` unless told. */
  readonly kind?: 'admin' | 'key'
}

export type ActBy = Pick<Actor, 'orgId' | 'principalId' | 'address'> & Partial<Pick<Actor, 'principalName' | 'kind'>>

/** Records an admin act inside the caller's transaction: on the ledger, which proves it, and in the list that is searched. */
export async function recordAct(trx: Transaction<Database>, by: ActBy, act: AdminAct): Promise<void> {
  const { event, ref, at, data = {}, kind = 'admin' } = act
  const address = by.address ?? null
  await appendEntries(trx, by.orgId, [{ kind, ref, at, data: { event, by: by.principalId, address, ...data } }])
  await listActs(trx, by, [act])
}

/** For acts whose ledger entry is written with others on a road of their own: the list alone, in the same transaction. */
export async function listActs(trx: Transaction<Database>, by: ActBy, acts: readonly ListedAct[]): Promise<void> {
  if (acts.length === 0) return
  const rows = acts.map(({ event, ref, at, data = {} }) => ({
    org_id: by.orgId,
    id: newId('adm'),
    at,
    event,
    ref,
    actor_id: by.principalId,
    actor_name: by.principalName ?? by.principalId,
    actor_kind: by.kind ?? 'system',
    address: by.address ?? null,
    data: JSON.stringify(data),
  }))
  await trx.insertInto('activity').values(rows).execute()
}
