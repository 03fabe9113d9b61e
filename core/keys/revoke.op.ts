import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { keyCache } from './authenticate.ts'
import { assertMayChange, assertNotLast } from './authority.ts'
import { ApiKey, KeyId, keyToWire } from './schema.ts'
import { recordKeyEvent } from './store.ts'

export const revoke = operation({
  name: 'keys_revoke',
  title: 'Revoke an API key',
  description: 'Revoke an API key at once; calls with it are refused from then on.',
  input: z.object({ id: KeyId }),
  output: z.object({ key: ApiKey }),
  scope: 'keys:write',
  annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  rest: { method: 'delete', path: '/api/keys/{id}' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { orgId } = ctx.actor
    const now = ctx.now()
    const row = await ctx.db.transaction().execute(async (trx) => {
      await assertNotLast(trx, orgId, input.id, now)
      const key = await trx
        .selectFrom('api_key')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', input.id)
        .forUpdate()
        .executeTakeFirst()
      if (!key) throw new Fault('not_found', 'Key not found')
      assertMayChange(ctx.actor, key)
      if (key.revoked_at) return key
      const revoked = await trx
        .updateTable('api_key')
        .set({ revoked_at: now })
        .where('org_id', '=', orgId)
        .where('id', '=', input.id)
        .returningAll()
        .executeTakeFirstOrThrow()
      await recordKeyEvent(trx, ctx.actor, { event: 'key.revoked', at: now, row: revoked })
      return revoked
    })
    ctx.runtime.use(keyCache).forget(row.key_hash)
    return { key: keyToWire(row) }
  },
})
