import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { redactText } from '#core/scans/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { TaskName } from './schema.ts'

export const removeValue = operation({
  name: 'roi_remove_value',
  title: 'Remove the value of a task',
  description: 'No longer say what a success of a task is worth; values that events brought stay.',
  input: z.object({ task: TaskName }),
  output: z.object({ removed: z.literal(true), task: z.string() }),
  scope: 'roi:write',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/roi/values/{task}' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const task = redactText(input.task).text
    await transact(ctx.db, async (trx) => {
      const gone = await trx
        .deleteFrom('task_value')
        .where('org_id', '=', ctx.actor.orgId)
        .where('task', '=', task)
        .returning('task')
        .executeTakeFirst()
      if (!gone) throw new Fault('not_found', 'This task has no value.')
      await recordAct(trx, ctx.actor, { event: 'roi.value_removed', ref: task, at: ctx.now() })
    })
    return { removed: true as const, task }
  },
})
