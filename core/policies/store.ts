import { createHash } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import { listActs, type ActBy } from '#core/activity/index'
import type { Database } from '#core/db/database'
import { emitEvents, eventHub } from '#core/events/index'
import type { Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { newId } from '#core/kernel/id'
import { appendEntries, canonical } from '#core/ledger/index'
import { defaultPack } from './default-pack.ts'
import type { PolicyRow } from './rows.ts'
import type { PolicyStored } from './schema.ts'
import type { ChangeType } from './tables.ts'

export interface Change {
  readonly row: PolicyStored
  readonly type: ChangeType
}

/** Who changes policies: the org, and whom its record names. */
export type By = ActBy

/** What the engine needs of an org's active policies. Drafts and switched-off rows stay in the database. */
export async function loadPolicyRows(db: Kysely<Database>, orgId: string): Promise<PolicyRow[]> {
  return db
    .selectFrom('guard_policy')
    .select(['id', 'name', 'policy_type', 'rules', 'active', 'agent_ids', 'mode', 'state'])
    .where('org_id', '=', orgId)
    .where('active', '=', true)
    .where('state', '=', 'active')
    .orderBy('id')
    .execute()
}

/**
 * Runs one change of policies in a transaction that also writes the revision, the ledger entry, the event and the
 * stamps. The stamp is taken first: changes of one org happen one after the other.
 */
export async function changePolicies<T>(
  ctx: Context,
  work: (trx: Transaction<Database>) => Promise<{ readonly changes: readonly Change[]; readonly result: T }>,
): Promise<T> {
  const { orgId } = ctx.actor
  const result = await ctx.db.transaction().execute(async (trx) => {
    const revision = await nextRevision(trx, orgId)
    const { changes, result } = await work(trx)
    await recordChanges(trx, { by: ctx.actor, at: ctx.now(), revision }, changes)
    return result
  })
  ctx.runtime.use(eventHub).nudge(orgId)
  return result
}

/** Takes the org's policies before anything else is locked: a grant changes them at the end of an approval. */
export async function lockPolicies(trx: Transaction<Database>, orgId: string): Promise<void> {
  await trx.selectFrom('policy_set').select('org_id').where('org_id', '=', orgId).forUpdate().execute()
}

async function nextRevision(trx: Transaction<Database>, orgId: string): Promise<number> {
  const row = await trx
    .insertInto('policy_set')
    .values({ org_id: orgId, revision: 1 })
    .onConflict((conflict) => conflict.column('org_id').doUpdateSet({ revision: sql`policy_set.revision + 1` }))
    .returning('revision')
    .executeTakeFirstOrThrow()
  return row.revision
}

interface Stamp {
  readonly by: By
  readonly at: Date
  readonly revision: number
}

async function recordChanges(trx: Transaction<Database>, stamp: Stamp, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return
  const { by, at, revision } = stamp
  await trx
    .insertInto('policy_revision')
    .values(
      changes.map(({ row, type }) => ({
        org_id: by.orgId,
        policy_id: row.id,
        revision: row.revision + (type === 'removed' ? 1 : 0),
        snapshot: JSON.stringify(snapshotOf(row)),
        change_type: type,
        actor: by.principalId,
        at,
      })),
    )
    .execute()
  const drafts = changes.map(({ row, type }) => {
    const { rules, ...rest } = snapshotOf(row)
    const data = { event: `policy.${type}`, by: by.principalId, id: row.id, set_revision: revision, ...rest }
    return { kind: 'policy' as const, ref: row.id, at, data: { ...data, rules_sha256: sha256(canonical(rules)) } }
  })
  await appendEntries(trx, by.orgId, drafts)
  const acts = changes.map(({ row, type }) => {
    const { name, policy_type, active, mode, state } = row
    return { event: `policy.${type}`, ref: row.id, at, data: { name, policy_type, active, mode, state } }
  })
  await listActs(trx, by, acts)
  const events = changes.map(({ row, type }) => ({
    name: 'policy.updated',
    ref: row.id,
    payload: {
      policy_id: row.id,
      name: row.name,
      policy_type: row.policy_type,
      change_type: told[type],
      active: row.active,
    },
  }))
  await emitEvents(trx, by.orgId, at, events)
}

/** The three kinds of change that listeners of the wire contract know. */
const told = { created: 'created', updated: 'updated', activated: 'updated', removed: 'deleted' } as const

function snapshotOf(row: PolicyStored) {
  const { name, policy_type, rules, active, agent_ids, mode, state } = row
  return { name, policy_type, rules, active, agent_ids, mode, state }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The policy, or 404. Inside a change pass its transaction: the stamp already keeps others away. */
export async function policyOf(db: Kysely<Database>, orgId: string, id: string): Promise<PolicyStored> {
  const row = await db
    .selectFrom('guard_policy')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw new Fault('not_found', 'Policy not found')
  return row
}

export async function refuseTakenName(trx: Transaction<Database>, orgId: string, name: string): Promise<void> {
  const taken = await trx
    .selectFrom('guard_policy')
    .select('id')
    .where('org_id', '=', orgId)
    .where('name', '=', name)
    .executeTakeFirst()
  if (taken !== undefined) {
    const data = { policy_id: taken.id }
    throw new Fault('conflict', `A policy named "${name}" exists already.`, { data })
  }
}

/** Gives a new org the default pack, inside the transaction that creates the org. */
export async function installDefaultPack(trx: Transaction<Database>, by: By, at: Date): Promise<void> {
  const drafts = defaultPack.map((policy) => ({ ...policy, id: newId('gp'), agent_ids: null }))
  await insertPolicies(trx, { ...by, principalId: 'writ:default-pack' }, at, drafts)
}

export interface PolicyDraft {
  readonly id: string
  readonly name: string
  readonly policy_type: string
  readonly rules: Readonly<Record<string, unknown>>
  readonly agent_ids: string[] | null
}

/** Active, enforced policies with their revision, ledger entry and event; the rules are known to be sound. */
export async function insertPolicies(
  trx: Transaction<Database>,
  by: By,
  at: Date,
  drafts: readonly PolicyDraft[],
): Promise<void> {
  const revision = await nextRevision(trx, by.orgId)
  const rows = await trx
    .insertInto('guard_policy')
    .values(
      drafts.map(({ rules, ...draft }) => ({
        ...draft,
        org_id: by.orgId,
        rules: JSON.stringify(rules),
        active: true,
        mode: 'enforce' as const,
        state: 'active' as const,
        revision: 1,
        created_by: by.principalId,
        created_at: at,
        updated_at: at,
        idempotency_key: null,
        request_digest: null,
      })),
    )
    .returningAll()
    .execute()
  const changes = rows.map((row) => ({ row, type: 'created' as const }))
  await recordChanges(trx, { by, at, revision }, changes)
}
