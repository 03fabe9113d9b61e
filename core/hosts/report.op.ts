import { z } from 'zod'
import { emitEvents, eventHub } from '#core/events/index'
import { transact } from '../db/transact.ts'
import { operation } from '../kernel/operation.ts'
import { Witness } from './schema.ts'

export const report = operation({
  name: 'hosts_report',
  title: 'Report what a witness saw',
  description: 'Tell whether agent clients of a machine refused a forbidden act; the newest word on a seam stands.',
  input: z.object({ seams: z.array(Witness).min(1).max(50) }),
  output: z.object({ recorded: z.int() }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/hosts' },
  mcp: 'hidden',

  async handler(ctx, { seams }) {
    const { orgId, principalId } = ctx.actor
    const at = ctx.now()
    const newest = new Map(seams.map((seam) => [JSON.stringify([seam.machine, seam.host, seam.seam]), seam]))
    const rows = [...newest.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, seam]) => ({ org_id: orgId, ...seam, seen_at: at, seen_by: principalId }))
    await transact(ctx.db, async (trx) => {
      await trx
        .insertInto('host_witness')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['org_id', 'machine', 'host', 'seam']).doUpdateSet((eb) => ({
            version: eb.ref('excluded.version'),
            outcome: eb.ref('excluded.outcome'),
            detail: eb.ref('excluded.detail'),
            seen_at: eb.ref('excluded.seen_at'),
            seen_by: eb.ref('excluded.seen_by'),
          })),
        )
        .execute()
      const payload = { seams: rows.map(({ machine, host, seam, outcome }) => ({ machine, host, seam, outcome })) }
      await emitEvents(trx, orgId, at, [{ name: 'host.witnessed', ref: rows[0]?.machine ?? '', payload }])
    })
    ctx.runtime.use(eventHub).nudge(orgId)
    return { recorded: rows.length }
  },
})
