import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { operation } from '../kernel/operation.ts'
import { rotateSigningKey, signingKeys } from './signing-keys.ts'

export const rotateKey = operation({
  name: 'grants_rotate_key',
  title: 'Rotate the key of access tokens',
  description:
    'Replace the key that signs OAuth access tokens; tokens that the old one signed stay valid to their end.',
  input: z.object({}),
  output: z.object({ kid: z.string() }),
  scope: 'orgs:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/oauth/rotate-key', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx) {
    const [current] = await signingKeys(ctx.runtime)
    const kid = await ctx.db.transaction().execute(async (trx) => {
      const fresh = await rotateSigningKey(trx, ctx.runtime, ctx.now())
      if (fresh !== null) {
        const act = { event: 'oauth.key_rotated', ref: fresh, at: ctx.now(), data: { replaced: current?.kid ?? null } }
        await recordAct(trx, ctx.actor, act)
      }
      return fresh
    })
    // Somebody else rotated at the same moment: theirs is the new one.
    return { kid: kid ?? (await signingKeys(ctx.runtime))[0]?.kid ?? '' }
  },
})
