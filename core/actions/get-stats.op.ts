import { sql } from 'kysely'
import { z } from 'zod'
import { operation } from '../kernel/operation.ts'

const DAY_MS = 86_400_000

export const getStats = operation({
  name: 'actions_get_stats',
  title: 'Actions of the last day',
  description: 'Count the actions of the last 24 hours by how they stand, and those of the day before.',
  input: z.object({}),
  output: z.object({
    total: z.int(),
    completed: z.int(),
    failed: z.int(),
    blocked: z.int(),
    cancelled: z.int(),
    approval: z.int(),
    previous_total: z.int(),
  }),
  scope: 'actions:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/actions/stats' },
  mcp: 'catalog',

  async handler(ctx) {
    const now = ctx.now().getTime()
    const since = new Date(now - DAY_MS)
    const of = (status: string) => sql<string>`count(*) filter (where status = ${status} and created_at >= ${since})`
    let recent = ctx.db
      .selectFrom('action_record')
      .where('org_id', '=', ctx.actor.orgId)
      .where('created_at', '>=', new Date(now - 2 * DAY_MS))
    if (ctx.actor.agentId !== null) recent = recent.where('agent_id', '=', ctx.actor.agentId)
    const row = await recent
      .select([
        sql<string>`count(*) filter (where created_at >= ${since})`.as('total'),
        of('completed').as('completed'),
        of('failed').as('failed'),
        of('blocked').as('blocked'),
        of('cancelled').as('cancelled'),
        of('pending_approval').as('approval'),
        sql<string>`count(*) filter (where created_at < ${since})`.as('previous_total'),
      ])
      .executeTakeFirstOrThrow()
    return {
      total: Number(row.total),
      completed: Number(row.completed),
      failed: Number(row.failed),
      blocked: Number(row.blocked),
      cancelled: Number(row.cancelled),
      approval: Number(row.approval),
      previous_total: Number(row.previous_total),
    }
  },
})
