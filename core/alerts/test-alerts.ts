import { invoke } from '#core/kernel/invoke'
import { collect } from '#core/telemetry/collect.op'
import type { Context } from '../kernel/context.ts'
import { list } from './list.op.ts'
import type { Alert } from './schema.ts'

export const send = (ctx: Context, ...events: readonly object[]) => invoke(collect, ctx, { events })

/** More errors of one agent than the default threshold takes. */
export const fail = (ctx: Context, agent_id: string, errors = 4) =>
  send(ctx, ...Array.from({ length: errors }, (_, n) => ({ type: 'error', agent_id, error: `broken ${n}` })))

export const alertsOf = async (ctx: Context, agent_id?: string): Promise<Alert[]> =>
  (await invoke(list, ctx, { agent_id })).alerts

export async function eventsOf(ctx: Context): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('event')
    .select('name')
    .where('org_id', '=', ctx.actor.orgId)
    .where('name', 'like', 'alert.%')
    .orderBy('seq')
    .execute()
  return rows.map(({ name }) => name)
}
