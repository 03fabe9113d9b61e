import { z } from 'zod'
import { assertWholeOrg } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Instant } from '../kernel/time.ts'
import { Activity, activityToWire } from './schema.ts'

export const list = operation({
  name: 'activity_list',
  title: 'List admin acts',
  description: 'List who changed what in the org, newest first: keys, members, policies, settings, grants, halts.',
  input: z.object({
    event: z.string().min(1).max(128).optional().describe('As policy.updated'),
    actor_id: z.string().min(1).max(128).optional().describe('Id of the key, person or grant'),
    from: Instant.optional(),
    to: Instant.optional().describe('Not this moment itself'),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ activity: z.array(Activity), next_cursor: z.string().nullable() }),
  scope: 'activity:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/activity' },
  mcp: 'catalog',

  async handler(ctx, input) {
    assertWholeOrg(ctx, 'list the activity')
    let query = ctx.db
      .selectFrom('activity')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.event !== undefined) query = query.where('event', '=', input.event)
    if (input.actor_id !== undefined) query = query.where('actor_id', '=', input.actor_id)
    if (input.from !== undefined) query = query.where('at', '>=', new Date(input.from))
    if (input.to !== undefined) query = query.where('at', '<', new Date(input.to))
    if (input.cursor !== undefined) {
      const [at, id] = decodeCursor(input.cursor, ['time', 'text'])
      query = query.where((eb) => eb(eb.refTuple('at', 'id'), '<', eb.tuple(at, id)))
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, ({ at, id }) => [at.toISOString(), id])
    return { activity: rows.map(activityToWire), next_cursor: nextCursor }
  },
})
