import type { z } from 'zod'
import { heldNews } from '#core/actions/index'
import { listActs } from '#core/activity/index'
import { announce, eventHub } from '#core/events/index'
import { redactText } from '#core/scans/index'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { haltToWire, type HaltState } from './schema.ts'

/** Halts (with a reason) or resumes (null). Repeating it changes nothing: the first actor and reason stay. */
export async function setHalt(ctx: Context, given: string | null): Promise<z.output<typeof HaltState>> {
  const { orgId, principalId, principalName, address } = ctx.actor
  const at = ctx.now()
  const reason = given === null ? null : redactText(given).text
  const wanted =
    reason === null
      ? { halted_at: null, halted_by: null, halt_reason: null }
      : { halted_at: at, halted_by: principalName, halt_reason: reason }
  const state = await transact(ctx.db, async (trx) => {
    const changed = await trx
      .updateTable('organization')
      .set(wanted)
      .where('org_id', '=', orgId)
      .where('halted_at', reason === null ? 'is not' : 'is', null)
      .returning(['halted_at', 'halted_by', 'halt_reason'])
      .executeTakeFirst()
    if (!changed) {
      const row = await trx
        .selectFrom('organization')
        .select(['halted_at', 'halted_by', 'halt_reason'])
        .where('org_id', '=', orgId)
        .executeTakeFirst()
      if (!row) throw new Fault('not_found', 'Organization not found')
      return row
    }
    const event = reason === null ? 'org.resumed' : 'org.halted'
    const data = { event, by: principalId, address: address ?? null, reason }
    await listActs(trx, ctx.actor, [{ event, ref: orgId, at, data: { reason } }])
    await announce(trx, orgId, {
      at,
      entries: [{ kind: 'admin', ref: orgId, at, data }],
      events: [
        { name: event, ref: orgId, payload: { by: principalName, reason } },
        ...(reason === null ? await heldNews(trx, orgId) : []),
      ],
    })
    return changed
  })
  ctx.runtime.use(eventHub).nudge(orgId)
  return haltToWire(state)
}
