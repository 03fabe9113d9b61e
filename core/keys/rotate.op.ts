import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { keyCache } from './authenticate.ts'
import { assertMayChange, assertWithin } from './authority.ts'
import { ApiKey, KeyId, keyToWire } from './schema.ts'
import { insertKey, recordKeyEvent } from './store.ts'

export const rotate = operation({
  name: 'keys_rotate',
  title: 'Rotate an API key',
  description:
    'Replace an API key by a new one with the same rights and the same end; the old one stays valid for the overlap.',
  input: z.object({
    id: KeyId,
    overlap_minutes: z.int().min(0).max(43_200).default(60).describe('How long the old key stays valid'),
  }),
  output: z.object({ key: ApiKey, secret: z.string(), replaced: ApiKey }),
  scope: 'keys:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/keys/{id}/rotate', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, input) {
    const now = ctx.now()
    const until = new Date(now.getTime() + input.overlap_minutes * 60_000)
    const { made, old } = await ctx.db.transaction().execute(async (trx) => {
      // The lock makes parallel rotations queue: the second one finds `rotated_to` set.
      const old = await trx
        .selectFrom('api_key')
        .selectAll()
        .where('org_id', '=', ctx.actor.orgId)
        .where('id', '=', input.id)
        .forUpdate()
        .executeTakeFirst()
      if (!old) throw new Fault('not_found', 'Key not found')
      assertMayChange(ctx.actor, old)
      assertWithin(ctx.actor, old.scopes, 'rotate')
      if (old.revoked_at) throw new Fault('conflict', 'This key is revoked; create a new one instead.')
      if (old.expires_at && old.expires_at <= now) {
        throw new Fault('conflict', 'This key has expired; create a new one instead.')
      }
      if (old.rotated_to) throw new Fault('conflict', `This key was rotated already, to ${old.rotated_to}.`)
      const made = await insertKey(trx, ctx.actor, now, {
        name: old.name,
        role: old.role,
        scopes: old.scopes,
        agentId: old.agent_id,
        prefix: /^(.*_)/.exec(old.key_prefix)?.[1],
        rateLimitPerMinute: old.rate_limit_per_minute,
        operator: old.operator,
        expiresAt: old.expires_at,
        lineage: old.lineage,
      })
      const expires = old.expires_at && old.expires_at < until ? old.expires_at : until
      const replaced = await trx
        .updateTable('api_key')
        .set({ expires_at: expires, rotated_to: made.row.id })
        .where('org_id', '=', old.org_id)
        .where('id', '=', old.id)
        .returningAll()
        .executeTakeFirstOrThrow()
      await recordKeyEvent(trx, ctx.actor, { event: 'key.rotated', at: now, row: replaced })
      return { made, old: replaced }
    })
    ctx.runtime.use(keyCache).forget(old.key_hash)
    return { key: keyToWire(made.row), secret: made.secret, replaced: keyToWire(old) }
  },
})
