import { z } from 'zod'
import { insertKey } from '#core/keys/index'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { Org } from './schema.ts'
import { insertOrg } from './store.ts'

export const create = operation({
  name: 'orgs_create',
  title: 'Create an organization',
  description:
    'Create an organization with the default policies and its first admin key, shown once; a person becomes its owner.',
  input: z.object({ name: z.string().min(1).max(256) }),
  output: z.object({ org: Org, secret: z.string() }),
  scope: 'orgs:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/orgs', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, input) {
    const at = ctx.now()
    const orgId = newId('org')
    const secret = await ctx.db.transaction().execute(async (trx) => {
      await insertOrg(trx, { orgId, name: input.name, at, by: ctx.actor.principalId })
      if (ctx.actor.kind === 'user' && ctx.actor.accountId !== undefined) {
        const owner = { org_id: orgId, account_id: ctx.actor.accountId, role: 'owner' as const }
        await trx
          .insertInto('membership')
          .values({ ...owner, created_at: at, created_by: ctx.actor.principalId })
          .execute()
      }
      const by = { orgId, principalId: ctx.actor.principalId }
      const made = await insertKey(trx, by, at, { name: 'First admin key', role: 'admin' })
      return made.secret
    })
    return { org: { org_id: orgId, name: input.name, created_at: at.toISOString(), halted: false }, secret }
  },
})
