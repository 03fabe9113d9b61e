import type { Transaction } from 'kysely'
import { recordAct } from '#core/activity/index'
import { emitEvents, eventHub } from '#core/events/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import type { Host } from './hosts.rules.ts'
import type { InstallState } from './schema.ts'
import type { HostWitnessTable } from './tables.ts'

const LONGEST = 500

/**
 * Keeps the word on an install that is not what was installed, until a session finds it whole again. Each turn of it is
 * an event, and an entry on the ledger, which whoever changed the files cannot take back.
 */
export async function noteInstall(ctx: Context, host: Host, { machine, scope, changed }: InstallState): Promise<void> {
  const seam = { org_id: ctx.actor.orgId, machine, host, seam: `install, ${scope}` }
  const detail = changed.join('; ').slice(0, LONGEST)
  const known = ctx.db.selectFrom('host_witness').select('seam')
  // Most sessions find nothing to say, and take no lock for it.
  if (changed.length === 0 && !(await known.where((eb) => eb.and(seam)).executeTakeFirst())) return
  const isNews = await transact(ctx.db, async (trx) => {
    const isNew = changed.length === 0 ? await clear(trx, seam) : await keep(ctx, trx, { ...seam, detail })
    if (isNew) await tell(ctx, trx, { ...seam, changed })
    return isNew
  })
  if (isNews) ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
}

type Seam = Pick<HostWitnessTable, 'org_id' | 'machine' | 'host' | 'seam'>

/** Whether there was one to clear: of parallel sessions one tells it. */
async function clear(trx: Transaction<Database>, seam: Seam): Promise<boolean> {
  const gone = await trx
    .deleteFrom('host_witness')
    .where((eb) => eb.and(seam))
    .returning('seam')
    .execute()
  return gone.length > 0
}

/** Whether this differs from what was known. */
async function keep(
  ctx: Context,
  trx: Transaction<Database>,
  { detail, ...seam }: Seam & { readonly detail: string },
): Promise<boolean> {
  const seen = { detail, seen_at: ctx.now(), seen_by: ctx.actor.principalId }
  const made = await trx
    .insertInto('host_witness')
    .values({ ...seam, version: null, outcome: 'changed', ...seen })
    .onConflict((conflict) => conflict.columns(['org_id', 'machine', 'host', 'seam']).doNothing())
    .returning('seam')
    .executeTakeFirst()
  if (made !== undefined) return true
  const known = trx.selectFrom('host_witness').select('detail').forUpdate()
  const before = await known.where((eb) => eb.and(seam)).executeTakeFirst()
  await trx
    .updateTable('host_witness')
    .set(seen)
    .where((eb) => eb.and(seam))
    .execute()
  return before?.detail !== detail
}

async function tell(
  ctx: Context,
  trx: Transaction<Database>,
  { machine, host, seam, changed }: Seam & { readonly changed: readonly string[] },
): Promise<void> {
  const at = ctx.now()
  const event = changed.length === 0 ? 'host.restored' : 'host.changed'
  const data = { machine, host, seam, changed }
  await recordAct(trx, ctx.actor, { event, ref: machine, at, data })
  await emitEvents(trx, ctx.actor.orgId, at, [{ name: event, ref: machine, payload: data }])
}
