import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import { newId } from '#core/kernel/id'
import { operation } from '#core/kernel/operation'
import { canonical } from '#core/ledger/index'
import {
  ActiveField,
  AgentIds,
  Mode,
  Policy,
  PolicyName,
  policyToWire,
  PolicyTypeField,
  RulesField,
  soundRules,
} from './schema.ts'
import { changePolicies, refuseTakenName, sha256 } from './store.ts'

export const create = operation({
  name: 'policies_create',
  title: 'Create a policy',
  description:
    'Create a guard policy; it applies to the next decision, unless it is created as a draft or in shadow mode.',
  input: z.object({
    name: PolicyName,
    policy_type: PolicyTypeField,
    rules: RulesField,
    active: ActiveField.default(true),
    agent_ids: AgentIds.optional(),
    mode: Mode.optional(),
    state: z.enum(['draft', 'active']).default('active'),
    created_by: z.string().min(1).max(256).optional(),
    idempotency_key: z.string().min(1).max(256).optional(),
  }),
  output: z.object({ policy: Policy, policy_id: z.string(), idempotent_replay: z.literal(true).optional() }),
  scope: 'policies:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/policies', status: () => 201, statuses: [201] },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { idempotency_key: key = null, ...body } = input
    const digest = key === null ? null : sha256(canonical(JSON.parse(JSON.stringify(body))))
    const sound = soundRules(input.policy_type, input.rules, ctx.now())
    const { row, replayed } = await changePolicies(ctx, async (trx) => {
      const known =
        key === null
          ? undefined
          : await trx
              .selectFrom('guard_policy')
              .selectAll()
              .where('org_id', '=', ctx.actor.orgId)
              .where('idempotency_key', '=', key)
              .executeTakeFirst()
      if (known !== undefined) {
        if (known.request_digest === digest) return { changes: [], result: { row: known, replayed: true } }
        throw new Fault('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used with another body.')
      }
      await refuseTakenName(trx, ctx.actor.orgId, input.name)
      const row = await trx
        .insertInto('guard_policy')
        .values({
          org_id: ctx.actor.orgId,
          id: newId('gp'),
          name: input.name,
          policy_type: input.policy_type,
          rules: JSON.stringify(sound.rules),
          active: input.active,
          agent_ids: input.agent_ids ?? sound.agentIds ?? null,
          mode: input.mode ?? sound.mode ?? 'enforce',
          state: input.state,
          revision: 1,
          created_by: input.created_by ?? ctx.actor.principalId,
          created_at: ctx.now(),
          updated_at: ctx.now(),
          idempotency_key: key,
          request_digest: digest,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return { changes: [{ row, type: 'created' }], result: { row, replayed: false } }
    })
    const answer = { policy: policyToWire(row, ctx.now()), policy_id: row.id }
    return replayed ? { ...answer, idempotent_replay: true as const } : answer
  },
})
