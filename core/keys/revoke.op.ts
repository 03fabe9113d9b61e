import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { keyCache } from './authenticate.ts'
import { ApiKey, KeyId, keyToWire } from './schema.ts'
import { keyOf, recordKeyEvent } from './store.ts'

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
    const revoked = await ctx.db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('api_key')
        .set({ revoked_at: ctx.now() })
        .where('org_id', '=', ctx.actor.orgId)
        .where('id', '=', input.id)
        .where('revoked_at', 'is', null)
        .returningAll()
        .executeTakeFirst()
      if (row) await recordKeyEvent(trx, ctx.actor, { event: 'key.revoked', at: ctx.now(), row })
      return row
    })
    if (revoked) ctx.runtime.use(keyCache).forget(revoked.key_hash)
    const row = revoked ?? (await keyOf(ctx, input.id))
    if (!row) throw new Fault('not_found', 'Key not found')
    return { key: keyToWire(row) }
  },
})
