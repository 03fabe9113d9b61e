import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import { operation } from '#core/kernel/operation'
import { Policy, policyToWire, soundRules } from './schema.ts'
import { changePolicies, policyOf } from './store.ts'

export const activate = operation({
  name: 'policies_activate',
  title: 'Activate a draft policy',
  description: 'Turn a draft into an active policy; its rules are checked again.',
  input: z.object({ id: z.string().min(1).max(128) }),
  output: z.object({ policy: Policy }),
  scope: 'policies:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/policies/{id}/activate' },
  mcp: 'catalog',

  async handler(ctx, { id }) {
    const { orgId } = ctx.actor
    const row = await changePolicies(ctx, async (trx) => {
      const before = await policyOf(trx, orgId, id)
      if (before.state !== 'draft') throw new Fault('conflict', 'This policy is not a draft.')
      soundRules(before.policy_type, before.rules, ctx.now())
      const row = await trx
        .updateTable('guard_policy')
        .set({ state: 'active', active: true, revision: before.revision + 1, updated_at: ctx.now() })
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      return { changes: [{ row, type: 'activated' }], result: row }
    })
    return { policy: policyToWire(row, ctx.now()) }
  },
})
