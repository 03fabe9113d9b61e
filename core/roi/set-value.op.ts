import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { redactText } from '#core/scans/index'
import { transact } from '../db/transact.ts'
import { operation } from '../kernel/operation.ts'
import { TaskName, TaskValue, valueToWire } from './schema.ts'

export const setValue = operation({
  name: 'roi_set_value',
  title: 'Set the value of a task',
  description: 'Say what one success of a task is worth, where events bring no value of their own.',
  input: z.object({
    task: TaskName,
    value_usd: z.number().min(0).max(1_000_000).describe('USD; to the millionth'),
  }),
  output: z.object({ value: TaskValue }),
  scope: 'roi:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'put', path: '/api/roi/values/{task}' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { orgId, principalId } = ctx.actor
    const at = ctx.now()
    const set = { value_micros: Math.round(input.value_usd * 1e6), updated_at: at, updated_by: principalId }
    // As names of tasks in events are kept, or the two would never meet.
    const task = redactText(input.task).text
    const row = await transact(ctx.db, async (trx) => {
      const kept = await trx
        .insertInto('task_value')
        .values({ org_id: orgId, task, ...set })
        .onConflict((conflict) => conflict.columns(['org_id', 'task']).doUpdateSet(set))
        .returningAll()
        .executeTakeFirstOrThrow()
      await recordAct(trx, ctx.actor, { event: 'roi.value_set', ref: task, at, data: { value_usd: input.value_usd } })
      return kept
    })
    return { value: valueToWire(row) }
  },
})
