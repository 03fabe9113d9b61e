import { createHash } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import { recordAct } from '#core/activity/index'
import { emitEvents, eventHub } from '#core/events/index'
import { canonical } from '#core/ledger/index'
import { redactDeep, redactText } from '#core/scans/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import type { Content } from './diff.rules.ts'
import type { VersionRow } from './schema.ts'

export interface NewVersion {
  readonly agentId: string
  readonly origin: VersionRow['origin']
  readonly content: Content
  readonly parentVersionId: string | null
  readonly commitMessage: string | null
  readonly tags?: readonly string[]
  readonly idempotency?: Idempotency | null
}

export interface Idempotency {
  readonly key: string
  readonly digest: string
}

/** The agent under the row lock that makes version numbers gapless; 404 for one the caller may not see. */
export async function lockAgent(trx: Transaction<Database>, ctx: Context, agentId: string) {
  const hidden = ctx.actor.agentId !== null && ctx.actor.agentId !== agentId
  const row = hidden
    ? undefined
    : await trx
        .selectFrom('agent')
        .selectAll()
        .where('org_id', '=', ctx.actor.orgId)
        .where('agent_id', '=', agentId)
        .forUpdate()
        .executeTakeFirst()
  if (!row) throw new Fault('not_found', 'Agent not found')
  return row
}

/** A caller that read version `expected` must not change what somebody else made since. */
export function refuseStale(expected: string | undefined, current: string | null): void {
  if (expected === undefined || expected === current) return
  const message = `The current version is ${current ?? 'none'}, not ${expected}: read it, then try again.`
  throw new Fault('conflict', message, { data: { current_version_id: current } })
}

/** A version of this agent; 404 for one of another. */
export async function requireVersion(
  db: Kysely<Database>,
  orgId: string,
  agentId: string,
  versionId: string,
): Promise<VersionRow> {
  const query = db.selectFrom('agent_version').selectAll().where('org_id', '=', orgId).where('agent_id', '=', agentId)
  const isNumber = /^[1-9]\d{0,8}$/.test(versionId)
  const row = await (
    isNumber ? query.where('version_number', '=', Number(versionId)) : query.where('version_id', '=', versionId)
  ).executeTakeFirst()
  if (!row) throw new Fault('not_found', `The agent "${agentId}" has no version ${versionId}.`)
  return row
}

export function versionById(db: Kysely<Database>, orgId: string, versionId: string): Promise<VersionRow> {
  const query = db.selectFrom('agent_version').selectAll().where('org_id', '=', orgId)
  return query.where('version_id', '=', versionId).executeTakeFirstOrThrow()
}

/** A version is for ever, so a secret in it would be too: it is replaced by its mark before anything is kept. */
export function cleaned(content: Content): Content {
  return {
    prompt: redactText(content.prompt).text,
    tools: redactDeep(content.tools).value as Content['tools'],
    config: redactDeep(content.config).value as Content['config'],
  }
}

export const digestOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex')

/** Adds the next version and makes it the current one. The agent's row must be locked: `count` is its newest number. */
export async function addVersion(
  trx: Transaction<Database>,
  ctx: Context,
  count: number,
  version: NewVersion,
): Promise<VersionRow> {
  const { orgId, principalId, principalName } = ctx.actor
  const { prompt, tools, config } = version.content
  const row = await trx
    .insertInto('agent_version')
    .values({
      org_id: orgId,
      version_id: newId('ver'),
      agent_id: version.agentId,
      version_number: count + 1,
      parent_version_id: version.parentVersionId,
      origin: version.origin,
      prompt,
      tools: JSON.stringify(tools),
      config: JSON.stringify(config),
      content_digest: digestOf({ prompt, tools, config }),
      commit_message: version.commitMessage,
      tags: [...(version.tags ?? [])],
      created_by: principalId,
      created_by_name: principalName,
      created_at: ctx.now(),
      idempotency_key: version.idempotency?.key ?? null,
      request_digest: version.idempotency?.digest ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await trx
    .updateTable('agent')
    .set({ current_version_id: row.version_id, version_count: row.version_number })
    .where('org_id', '=', orgId)
    .where('agent_id', '=', version.agentId)
    .execute()
  await tellVersion(trx, ctx, row)
  return row
}

async function tellVersion(trx: Transaction<Database>, ctx: Context, row: VersionRow): Promise<void> {
  const { orgId } = ctx.actor
  const at = row.created_at
  const data = {
    version_id: row.version_id,
    version_number: row.version_number,
    origin: row.origin,
    content_digest: row.content_digest,
    commit_message: row.commit_message,
  }
  // On the ledger, so that the control revision moves: the guard takes the current version for what governs the agent.
  await recordAct(trx, ctx.actor, { event: 'agent.version_created', ref: row.agent_id, at, data })
  await emitEvents(trx, orgId, at, [
    { name: 'version.created', ref: row.agent_id, payload: { agent_id: row.agent_id, ...data } },
  ])
}

/** The row an earlier call with this key made; 409 when that call said something else. */
export async function replayOf(
  db: Kysely<Database>,
  orgId: string,
  idempotency: Idempotency | null,
): Promise<VersionRow | undefined> {
  if (idempotency === null) return undefined
  const row = await db
    .selectFrom('agent_version')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('idempotency_key', '=', idempotency.key)
    .executeTakeFirst()
  if (row === undefined || row.request_digest === idempotency.digest) return row
  throw new Fault('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used with another body.')
}

/** Parallel calls with one key go one after the other, so that all but the first find what it made. */
async function lockKey(trx: Transaction<Database>, orgId: string, key: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`agent_version ${orgId} ${key}`}, 0))`.execute(trx)
}

export interface Made {
  readonly row: VersionRow
  readonly replayed: boolean
}

/** Runs a change under its idempotency key, if it has one, and tells the listeners once it is committed. */
export async function changed(
  ctx: Context,
  { idempotency_key: key, ...body }: Readonly<Record<string, unknown>>,
  work: (trx: Transaction<Database>, idempotency: Idempotency | null) => Promise<VersionRow>,
): Promise<Made> {
  const idempotency = typeof key === 'string' ? { key, digest: digestOf(JSON.parse(JSON.stringify(body))) } : null
  const made = await transact(ctx.db, async (trx) => {
    if (idempotency !== null) await lockKey(trx, ctx.actor.orgId, idempotency.key)
    const known = await replayOf(trx, ctx.actor.orgId, idempotency)
    return known ? { row: known, replayed: true } : { row: await work(trx, idempotency), replayed: false }
  })
  ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
  return made
}
