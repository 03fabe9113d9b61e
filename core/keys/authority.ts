import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Actor } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import type { Scope } from '../kernel/scope.ts'

/** Nobody hands out a right that they do not have: a narrowed key would widen itself. */
export function assertWithin(actor: Actor, scopes: readonly Scope[], verb: 'make' | 'rotate'): void {
  const missing = scopes.filter((scope) => !actor.scopes.has(scope))
  if (missing.length === 0) return
  const message = `This credential cannot ${verb} a key with scopes that it does not have itself: ${missing.join(', ')}.`
  throw new Fault('forbidden', message, { data: { missing_scopes: missing } })
}

/** The key of whoever runs the instance is theirs alone to rotate or revoke. */
export function assertMayChange(actor: Actor, key: { readonly operator: boolean }): void {
  if (!key.operator || actor.scopes.has('orgs:write')) return
  throw new Fault('forbidden', "This is the operator's key; only a key of the operator can rotate or revoke it.")
}

/**
 * Refuses to end the last valid key that can make keys: without one nobody could make another. Locks those keys,
 * so that two admins who revoke each other at once do not both succeed.
 */
export async function assertNotLast(trx: Transaction<Database>, orgId: string, id: string, now: Date): Promise<void> {
  const admins = await trx
    .selectFrom('api_key')
    .select(['id', 'rotated_to', 'expires_at'])
    .where('org_id', '=', orgId)
    .where(sql<boolean>`'keys:write' = any(scopes)`)
    .where('agent_id', 'is', null)
    .where('revoked_at', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  const lasting = admins.filter((key) => key.rotated_to === null && (key.expires_at === null || key.expires_at > now))
  if (lasting.length !== 1 || lasting[0]?.id !== id) return
  throw new Fault('conflict', 'This is the last key of the org that can make keys; make another one first.')
}
