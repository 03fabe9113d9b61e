import { sql, type Kysely, type Transaction } from 'kysely'
import { encryptedColumns, masterKeyOf, openSecret, sealSecret } from '#core/secrets/index'
import type { Database } from '../db/database.ts'
import type { Settings } from '../kernel/config.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { effectiveSettings, fits, OrgSecrets, ShownSettings, type SecretName } from './schema.ts'

/** The settings as they are shown, and which of them the org itself has set. */
export interface ReadSettings {
  readonly settings: ShownSettings
  readonly sources: Readonly<Record<string, 'default' | 'org'>>
}

export async function readSettings(db: Kysely<Database>, orgId: string, instance: Settings): Promise<ReadSettings> {
  const rows = await db.selectFrom('org_setting').select(['key', 'value']).where('org_id', '=', orgId).execute()
  const secrets = await db.selectFrom('org_secret').select(['name', 'shown']).where('org_id', '=', orgId).execute()
  const masked = new Map(secrets.map(({ name, shown }) => [name, mask(shown)]))
  const settings: ShownSettings = {
    ...effectiveSettings(rows, instance),
    llm_api_key: masked.get('llm_api_key') ?? null,
    otlp_headers: masked.get('otlp_headers') ?? null,
  }
  const own = new Set([...rows.filter(fits).map(({ key }) => key), ...masked.keys()])
  const sources = Object.keys(ShownSettings.shape).map((key) => [key, own.has(key) ? 'org' : 'default'] as const)
  return { settings, sources: Object.fromEntries(sources) }
}

const mask = (shown: string): string => `••••${shown}`

export interface Stamp {
  readonly orgId: string
  readonly by: string
  readonly at: Date
}

/** Null takes the org's own value away, so that the default counts again. */
export type Changes = ReadonlyArray<readonly [key: string, value: unknown]>

/** Changes of one org's settings happen one after the other, whatever order they name them in. */
export async function lockSettings(trx: Transaction<Database>, orgId: string): Promise<void> {
  await trx.selectFrom('organization').select('org_id').where('org_id', '=', orgId).forNoKeyUpdate().execute()
}

export type SecretChange = readonly [name: SecretName, value: string | null]

export async function writeSettings(trx: Transaction<Database>, stamp: Stamp, changes: Changes): Promise<void> {
  const gone = changes.filter(([, value]) => value === null).map(([key]) => key)
  if (gone.length > 0) {
    await trx.deleteFrom('org_setting').where('org_id', '=', stamp.orgId).where('key', 'in', gone).execute()
  }
  const kept = changes.filter(([, value]) => value !== null)
  if (kept.length === 0) return
  const common = { org_id: stamp.orgId, updated_at: stamp.at, updated_by: stamp.by }
  await trx
    .insertInto('org_setting')
    .values(kept.map(([key, value]) => ({ ...common, key, value: JSON.stringify(value) })))
    .onConflict((conflict) =>
      conflict.columns(['org_id', 'key']).doUpdateSet((eb) => ({
        value: eb.ref('excluded.value'),
        updated_at: eb.ref('excluded.updated_at'),
        updated_by: eb.ref('excluded.updated_by'),
      })),
    )
    .execute()
}

/** Stores or (null) removes secrets, encrypted and bound to org and name. */
export async function writeSecrets(
  trx: Transaction<Database>,
  runtime: Runtime,
  stamp: Stamp,
  secrets: readonly SecretChange[],
): Promise<void> {
  const { orgId } = stamp
  for (const [name, value] of secrets) {
    if (value === null) {
      await trx.deleteFrom('org_secret').where('org_id', '=', orgId).where('name', '=', name).execute()
      continue
    }
    const masterKey = masterKeyOf(runtime, 'secrets cannot be stored', 'unprocessable')
    const box = sealSecret(Buffer.from(value), masterKey, encryptedColumns.orgSecret.boundTo(orgId, name))
    await sql`
      insert into org_secret (org_id, name, value_encrypted, shown, updated_at, updated_by)
      values (${orgId}, ${name}, ${box}, ${lastFour(value)}, ${stamp.at}, ${stamp.by})
      on conflict (org_id, name) do update set value_encrypted = excluded.value_encrypted, shown = excluded.shown,
        updated_at = excluded.updated_at, updated_by = excluded.updated_by`.execute(trx)
  }
}

/** Of a short secret four characters would be too much of it. */
const lastFour = (value: string): string => (value.length >= 16 ? value.slice(-4) : '')

/** A secret of the org, opened; undefined when none is set. For what uses it, never for an answer. */
export async function secretOf(runtime: Runtime, orgId: string, name: SecretName): Promise<string | undefined> {
  const row = await runtime.db
    .selectFrom('org_secret')
    .select('value_encrypted')
    .where('org_id', '=', orgId)
    .where('name', '=', name)
    .executeTakeFirst()
  if (!row) return undefined
  const masterKey = masterKeyOf(runtime, 'secrets cannot be opened', 'unprocessable')
  const boundTo = encryptedColumns.orgSecret.boundTo(orgId, name)
  const what = `The setting ${name}`
  return openSecret(row.value_encrypted, masterKey, boundTo, { what, code: 'unprocessable' }).toString('utf8')
}

export const isSecret = (key: string): key is SecretName => Object.hasOwn(OrgSecrets.shape, key)
