import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { OUTCOMES } from './hosts.rules.ts'
import { SeenWitness } from './schema.ts'

export const list = operation({
  name: 'hosts_list',
  title: 'List what witnesses saw',
  description:
    'List, by machine and client, whether a forbidden act was refused when a witness looked last, and changed installs.',
  input: z.object({
    host: z.string().max(64).optional(),
    outcome: z.enum(OUTCOMES).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({
    seams: z.array(SeenWitness),
    next_cursor: z.string().nullable(),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/hosts' },
  mcp: 'catalog',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('host_witness')
      .select(['machine', 'host', 'seam', 'version', 'outcome', 'detail', 'seen_at', 'seen_by'])
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('seen_at', 'desc')
      .orderBy('machine', 'desc')
      .orderBy('host', 'desc')
      .orderBy('seam', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.host !== undefined) query = query.where('host', '=', input.host)
    if (input.outcome !== undefined) query = query.where('outcome', '=', input.outcome)
    if (input.cursor) {
      const [at, machine, host, seam] = decodeCursor(input.cursor, ['time', 'text', 'text', 'text'])
      query = query.where((eb) =>
        eb(eb.refTuple('seen_at', 'machine', 'host', 'seam'), '<', eb.tuple(at, machine, host, seam)),
      )
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [
      row.seen_at.toISOString(),
      row.machine,
      row.host,
      row.seam,
    ])
    const seams = rows.map(({ seen_at, ...row }) => ({ ...row, seen_at: seen_at.toISOString() }))
    return { seams, next_cursor: nextCursor }
  },
})
