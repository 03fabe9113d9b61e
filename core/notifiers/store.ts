import type { Kysely } from 'kysely'
import { encryptedColumns, masterKeyOf, openSecret, sealSecret } from '#core/secrets/index'
import type { Database } from '../db/database.ts'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { NotifierRow } from './schema.ts'

export type Secrets = Readonly<Record<string, string>>

export async function requireNotifier(db: Kysely<Database>, orgId: string, notifierId: string): Promise<NotifierRow> {
  const row = await db
    .selectFrom('notifier')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('notifier_id', '=', notifierId)
    .executeTakeFirst()
  if (!row) throw new Fault('not_found', 'Notifier not found')
  return row
}

export function sealed(runtime: Runtime, orgId: string, notifierId: string, secrets: Secrets): Buffer {
  const masterKey = masterKeyOf(runtime, 'notifiers cannot be stored', 'unprocessable')
  const boundTo = encryptedColumns.notifier.boundTo(orgId, notifierId)
  return sealSecret(Buffer.from(JSON.stringify(secrets)), masterKey, boundTo)
}

/** For the plug that sends, never for an answer. */
export function opened(runtime: Runtime, row: NotifierRow): Secrets {
  const masterKey = masterKeyOf(runtime, 'notifiers cannot be used', 'unprocessable')
  const boundTo = encryptedColumns.notifier.boundTo(row.org_id, row.notifier_id)
  const what = `The notifier ${row.notifier_id}`
  const bytes = openSecret(row.secret_encrypted, masterKey, boundTo, { what, code: 'unprocessable' })
  return JSON.parse(bytes.toString('utf8')) as Secrets
}
