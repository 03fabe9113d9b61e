import { z } from 'zod'
import { keyFields, soundKey } from '#core/identities/index'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { Pairing, pairingToWire } from './schema.ts'
import { countOpen } from './store.ts'

const TTL_MS = 15 * 60_000
/** Pairings of one org that may wait at once, so that nobody buries those that matter. */
const MAX_OPEN = 200

export const create = operation({
  name: 'pairings_create',
  title: 'Ask to be known by a key',
  description: 'Ask an admin to register your public key; they have 15 minutes to approve it.',
  input: z.object(keyFields),
  output: z.object({ pairing: Pairing, pairing_url: z.string() }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/pairings' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { orgId, agentId, principalId } = ctx.actor
    if (agentId !== null && input.agent_id !== agentId) {
      throw new Fault('AGENT_MISMATCH', `This key speaks for the agent "${agentId}" only, not for "${input.agent_id}".`)
    }
    const key = soundKey(input.public_key, input.algorithm)
    const at = ctx.now()
    if ((await countOpen(ctx, MAX_OPEN)) >= MAX_OPEN) {
      const message = `${MAX_OPEN} pairings wait for an admin already. Try again when some are approved or have expired.`
      throw new Fault('rate_limited', message, { retryAfter: 60 })
    }
    const row = await ctx.db
      .insertInto('agent_pairing')
      .values({
        org_id: orgId,
        id: newId('pair'),
        agent_id: input.agent_id,
        agent_name: input.agent_name ?? null,
        public_key: key.pem,
        algorithm: key.algorithm,
        fingerprint: key.fingerprint,
        status: 'pending',
        created_by: principalId,
        created_at: at,
        expires_at: new Date(at.getTime() + TTL_MS),
        approved_by: null,
        approved_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    const { public_url, host, port } = ctx.runtime.settings
    return {
      pairing: pairingToWire(row, at),
      pairing_url: new URL(`/pair/${row.id}`, public_url ?? `http://${host}:${port}`).href,
    }
  },
})
