import { z } from 'zod'
import { operation } from '#core/kernel/operation'
import {
  ActiveField,
  AgentIds,
  invalid,
  Mode,
  Policy,
  PolicyName,
  policyToWire,
  RulesField,
  soundRules,
} from './schema.ts'
import { changePolicies, policyOf, refuseTakenName } from './store.ts'

export const update = operation({
  name: 'policies_update',
  title: 'Change a policy',
  description: 'Change name, rules, agents, mode or activity of a policy; the former state stays in its history.',
  input: z.object({
    id: z.string().min(1).max(128),
    name: PolicyName.optional(),
    rules: RulesField.optional(),
    active: ActiveField.optional(),
    agent_ids: AgentIds.optional(),
    mode: Mode.optional(),
  }),
  output: z.object({ policy: Policy }),
  scope: 'policies:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'patch', path: '/api/policies', aliases: ['/api/policies/{id}'] },
  mcp: 'catalog',

  async handler(ctx, { id, ...wanted }) {
    if (Object.values(wanted).every((value) => value === undefined)) {
      throw invalid(['(body): name at least one of name, rules, active, agent_ids, mode'])
    }
    const { orgId } = ctx.actor
    const row = await changePolicies(ctx, async (trx) => {
      const before = await policyOf(trx, orgId, id)
      if (wanted.name !== undefined && wanted.name !== before.name) await refuseTakenName(trx, orgId, wanted.name)
      const sound = wanted.rules === undefined ? undefined : soundRules(before.policy_type, wanted.rules, ctx.now())
      const agentIds = wanted.agent_ids === undefined ? sound?.agentIds : wanted.agent_ids
      const row = await trx
        .updateTable('guard_policy')
        .set({
          name: wanted.name ?? before.name,
          rules: JSON.stringify(sound?.rules ?? before.rules),
          active: wanted.active ?? before.active,
          agent_ids: agentIds === undefined ? before.agent_ids : agentIds,
          mode: wanted.mode ?? sound?.mode ?? before.mode,
          revision: before.revision + 1,
          updated_at: ctx.now(),
        })
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      return { changes: [{ row, type: 'updated' }], result: row }
    })
    return { policy: policyToWire(row, ctx.now()) }
  },
})
