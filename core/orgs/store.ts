import type { Kysely, Transaction } from 'kysely'
import { recordAct } from '#core/activity/index'
import { insertKey, type MadeKey } from '#core/keys/index'
import { ensureHead } from '#core/ledger/index'
import { installDefaultPack } from '#core/policies/index'
import type { Database } from '../db/database.ts'
import type { Runtime } from '../kernel/runtime.ts'

export const FIRST_ORG = 'org_default'

export interface NewOrg {
  readonly orgId: string
  readonly name: string
  readonly at: Date
  /** Who made it; named in the ledger. */
  readonly by: string
}

/** An org with its ledger, its default policies and its first entry. */
export async function insertOrg(trx: Transaction<Database>, org: NewOrg): Promise<void> {
  await trx
    .insertInto('organization')
    .values({
      org_id: org.orgId,
      name: org.name,
      created_at: org.at,
      halted_at: null,
      halted_by: null,
      halt_reason: null,
    })
    .execute()
  await ensureHead(trx, org.orgId)
  await trx.insertInto('event_head').values({ org_id: org.orgId, seq: 0 }).execute()
  const by = { orgId: org.orgId, principalId: org.by }
  await recordAct(trx, by, { event: 'org.created', ref: org.orgId, at: org.at, data: { name: org.name } })
  await installDefaultPack(trx, { orgId: org.orgId, principalId: org.by }, org.at)
}

export interface FirstKeys {
  readonly admin: MadeKey
  readonly agent: MadeKey
}

/**
 * On an empty database: the first org, an admin key (the operator's own, or a new one) and an agent key.
 * Null when the org exists. Safe for parallel starts: one of them makes it.
 */
export async function ensureFirstOrg(runtime: Runtime): Promise<FirstKeys | null> {
  if (await orgExists(runtime.db, FIRST_ORG)) return null
  const at = runtime.now()
  const by = { orgId: FIRST_ORG, principalId: 'system:first-start' }
  try {
    return await runtime.db.transaction().execute(async (trx) => {
      await insertOrg(trx, { orgId: FIRST_ORG, name: 'Default', at, by: by.principalId })
      const secret = runtime.settings.admin_key
      const admin = await insertKey(trx, by, at, { name: 'First admin key', role: 'admin', operator: true, secret })
      const agent = await insertKey(trx, by, at, { name: 'First agent key', role: 'member', prefix: 'writ_agent_' })
      return { admin, agent }
    })
  } catch (error) {
    if (await orgExists(runtime.db, FIRST_ORG)) return null
    throw error
  }
}

async function orgExists(db: Kysely<Database>, orgId: string): Promise<boolean> {
  const row = await db.selectFrom('organization').select('org_id').where('org_id', '=', orgId).executeTakeFirst()
  return row !== undefined
}
