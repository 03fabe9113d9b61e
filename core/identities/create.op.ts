import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { Identity, identityToWire, keyFields, soundKey } from './schema.ts'
import { putIdentity } from './store.ts'

export const create = operation({
  name: 'identities_create',
  title: 'Register the key of an agent',
  description: 'Register the public key that an agent signs its actions with; it replaces an earlier one.',
  input: z.object(keyFields),
  output: z.object({ identity: Identity }),
  scope: 'identities:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/identities' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const key = soundKey(input.public_key, input.algorithm)
    const draft = { agentId: input.agent_id, agentName: input.agent_name ?? null, key, pairingId: null }
    const row = await ctx.db.transaction().execute((trx) => putIdentity(trx, ctx.actor, ctx.now(), draft))
    return { identity: identityToWire(row) }
  },
})
