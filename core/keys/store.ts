import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import { newId } from '../kernel/id.ts'
import { scopesOf, type Role, type Scope } from '../kernel/scope.ts'
import { recordAct, type ActBy } from '#core/activity/index'
import { hashSecret, newSecret, shownPrefix } from './secret.rules.ts'
import type { ApiKeyTable } from './tables.ts'

export interface KeyDraft {
  readonly name: string
  readonly role: Role
  readonly scopes?: readonly Scope[] | undefined
  readonly agentId?: string | null | undefined
  readonly prefix?: string | undefined
  readonly expiresAt?: Date | null | undefined
  readonly rateLimitPerMinute?: number | null | undefined
  readonly operator?: boolean | undefined
  /** Of the key this one replaces; its own id when absent. */
  readonly lineage?: string | undefined
  /** A secret chosen by the operator; made here when absent. */
  readonly secret?: string | undefined
}

export interface MadeKey {
  readonly row: Selectable<ApiKeyTable>
  /** Told once; only its hash is stored. */
  readonly secret: string
}

/** Inserts a key and its ledger entry inside the caller's transaction. */
export async function insertKey(trx: Transaction<Database>, by: ActBy, at: Date, draft: KeyDraft): Promise<MadeKey> {
  const secret = draft.secret ?? newSecret(draft.prefix)
  const id = newId('key')
  const row = await trx
    .insertInto('api_key')
    .values({
      org_id: by.orgId,
      id,
      name: draft.name,
      role: draft.role,
      scopes: [...(draft.scopes ?? scopesOf(draft.role))],
      operator: draft.operator ?? false,
      key_hash: hashSecret(secret),
      key_prefix: shownPrefix(secret),
      agent_id: draft.agentId ?? null,
      created_by: by.principalId,
      created_at: at,
      last_used_at: null,
      expires_at: draft.expiresAt ?? null,
      revoked_at: null,
      rate_limit_per_minute: draft.rateLimitPerMinute ?? null,
      rotated_to: null,
      lineage: draft.lineage ?? id,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await recordKeyEvent(trx, by, { event: 'key.created', at, row })
  return { row, secret }
}

export interface KeyEvent {
  readonly event: 'key.created' | 'key.rotated' | 'key.revoked'
  readonly at: Date
  readonly row: Selectable<ApiKeyTable>
}

export async function recordKeyEvent(
  trx: Transaction<Database>,
  by: ActBy,
  { event, at, row }: KeyEvent,
): Promise<void> {
  const { id, name, role, scopes, key_prefix, agent_id } = row
  const data = { id, name, role, scopes, key_prefix, agent_id }
  await recordAct(trx, by, { kind: 'key', event, ref: id, at, data })
}

/** A key with the control revision it was read under: one statement, so one moment. */
export type FoundKey = Selectable<ApiKeyTable> & { readonly control: number }

export async function findByHash(db: Kysely<Database>, keyHash: string): Promise<FoundKey | undefined> {
  const row = await db
    .selectFrom('api_key')
    .leftJoin('ledger_head', 'ledger_head.org_id', 'api_key.org_id')
    .selectAll('api_key')
    .select('ledger_head.control_revision as control')
    .where('key_hash', '=', keyHash)
    .executeTakeFirst()
  return row && { ...row, control: Number(row.control ?? -1) }
}
