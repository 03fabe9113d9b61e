import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { graphOf } from './graph.ts'
import { ActionId } from './schema.ts'
import { requireAction } from './store.ts'

export const getGraph = operation({
  name: 'actions_get_graph',
  title: 'Graph of an action',
  description:
    'Show what an action came from, what followed from it, and its assumptions and loops, as nodes and edges.',
  input: z.object({ action_id: ActionId }),
  output: z.object({
    rootActionId: z.string(),
    nodes: z.array(
      z.object({
        id: z.string(),
        type: z.enum(['action', 'assumption', 'loop']),
        label: z.string(),
        status: z.string(),
        riskScore: z.int().nullable(),
        agentId: z.string().nullable(),
        agentName: z.string().nullable(),
        actionType: z.string().nullable(),
        timestamp: z.iso.datetime(),
        isRoot: z.boolean(),
        meta: z.record(z.string(), z.unknown()),
      }),
    ),
    edges: z.array(
      z.object({
        id: z.string(),
        source: z.string(),
        target: z.string(),
        type: z.enum(['parent_child', 'related', 'assumption_of', 'loop_from']),
        label: z.string(),
      }),
    ),
  }),
  scope: 'actions:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/actions/{action_id}/graph' },
  mcp: 'catalog',
  handler: async (ctx, input) => graphOf(ctx, await requireAction(ctx, input.action_id)),
})
