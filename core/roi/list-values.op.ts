import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { TaskValue, valueToWire } from './schema.ts'

export const listValues = operation({
  name: 'roi_list_values',
  title: 'List values of tasks',
  description: 'List what a success of each task is worth to the org, by name.',
  input: z.object({ ...pageInput({ default: 100, max: 500 }) }),
  output: z.object({ values: z.array(TaskValue), next_cursor: z.string().nullable() }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/roi/values' },
  mcp: 'catalog',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('task_value')
      .select(['task', 'value_micros', 'updated_at', 'updated_by'])
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('task')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor !== undefined) query = query.where('task', '>', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.task])
    return { values: rows.map(valueToWire), next_cursor: nextCursor }
  },
})
