import { sql } from 'kysely'
import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { statuses } from './schema.ts'

const DAY_MS = 86_400_000
const notCompleted = sql.join(statuses.filter((status) => status !== 'completed').map((status) => sql.lit(status)))

type Counts = Readonly<
  Record<'total' | 'previous_total' | 'other' | 'failed' | 'blocked' | 'cancelled' | 'approval', string>
>

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
    const { orgId, agentId } = ctx.actor
    const own = agentId === null ? sql`org_id = ${orgId}` : sql`org_id = ${orgId} and agent_id = ${agentId}`
    const of = (status: string) => sql`count(*) filter (where status = ${status})`
    // Both halves can be answered from an index alone; most actions end as completed, so those are what is left.
    const { rows } = await sql<Counts>`
      select * from (
        select count(*) filter (where created_at >= ${since}) as total,
          count(*) filter (where created_at < ${since}) as previous_total
        from action_record where ${own} and created_at >= ${new Date(now - 2 * DAY_MS)}
      ) as every, (
        select count(*) as other, ${of('failed')} as failed, ${of('blocked')} as blocked,
          ${of('cancelled')} as cancelled, ${of('pending_approval')} as approval
        from action_record
        where ${own} and status in (${notCompleted}) and status <> 'completed' and created_at >= ${since}
      ) as rest`.execute(ctx.db)
    const count = (name: keyof Counts): number => Number(rows[0]?.[name] ?? 0)
    return {
      total: count('total'),
      completed: count('total') - count('other'),
      failed: count('failed'),
      blocked: count('blocked'),
      cancelled: count('cancelled'),
      approval: count('approval'),
      previous_total: count('previous_total'),
    }
  },
})
