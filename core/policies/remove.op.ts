import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import { operation } from '#core/kernel/operation'
import { invalid } from './schema.ts'
import { changePolicies } from './store.ts'

const MAX_IDS = 200

export const remove = operation({
  name: 'policies_remove',
  title: 'Remove policies',
  description: 'Remove one policy by id, or several by ids; their history stays.',
  input: z.object({
    id: z.string().min(1).max(128).optional(),
    ids: z.string().min(1).max(30_000).optional().describe('Several ids, separated by commas'),
  }),
  output: z.object({
    deleted: z.union([z.literal(true), z.int()]),
    id: z.string().optional(),
    ids: z.array(z.string()).optional(),
  }),
  scope: 'policies:write',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/policies', aliases: ['/api/policies/{id}'] },
  mcp: 'catalog',

  async handler(ctx, input) {
    const listed = (input.ids ?? '')
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== '')
    const wanted = [...new Set(input.id === undefined ? listed : [input.id, ...listed])]
    if (wanted.length === 0) throw invalid(['id: name a policy by id, or several by ids'])
    if (wanted.length > MAX_IDS) throw invalid([`ids: at most ${MAX_IDS} at a time`])
    const removed = await changePolicies(ctx, async (trx) => {
      const rows = await trx
        .deleteFrom('guard_policy')
        .where('org_id', '=', ctx.actor.orgId)
        .where('id', 'in', wanted)
        .returningAll()
        .execute()
      if (rows.length === 0) throw new Fault('not_found', 'Policy not found')
      return { changes: rows.map((row) => ({ row, type: 'removed' as const })), result: rows.map((row) => row.id) }
    })
    return input.id !== undefined && wanted.length === 1
      ? { deleted: true as const, id: input.id }
      : { deleted: removed.length, ids: wanted.filter((id) => removed.includes(id)) }
  },
})
