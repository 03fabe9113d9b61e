import { operation } from '../kernel/operation.ts'
import { z } from 'zod'
import { Outcome, outcomeOf, retryAdvice } from './outcome.rules.ts'
import { ActionId } from './schema.ts'
import { requireAction } from './store.ts'

export const getOutcome = operation({
  name: 'actions_get_outcome',
  title: 'How did it end?',
  description: 'Tell how an action ended and whether a retry makes sense.',
  input: z.object({ action_id: ActionId }),
  output: Outcome,
  scope: 'actions:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/actions/{action_id}/outcome' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const row = await requireAction(ctx, input.action_id)
    return { ...outcomeOf(row, ctx.now()), ...retryAdvice(row.outcome_status) }
  },
})
