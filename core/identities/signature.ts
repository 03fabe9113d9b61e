import { canonical } from '#core/ledger/index'
import type { Context } from '../kernel/context.ts'
import { isSignedBy } from './public-key.rules.ts'

/** `unknown`: no key is registered for the agent, so nothing can be said. */
export type SignatureVerdict = 'valid' | 'wrong' | 'unknown'

/**
 * Whether the body of an action was signed with the key registered for its agent: over the canonical JSON of what was
 * sent, without `_signature`. A sub-agent `parent:type` without a key of its own is known by its parent's.
 */
export async function checkSignature(
  ctx: Context,
  agentId: string,
  signature: string,
  sent: Readonly<Record<string, unknown>>,
): Promise<SignatureVerdict> {
  const key = await keyFor(ctx, agentId)
  if (!key) return 'unknown'
  const { _signature: _, ...body } = sent
  return isSignedBy({ pem: key.public_key, algorithm: key.algorithm }, canonical(body), signature) ? 'valid' : 'wrong'
}

async function keyFor(ctx: Context, agentId: string) {
  const colon = agentId.lastIndexOf(':')
  const names = colon > 0 ? [agentId, agentId.slice(0, colon)] : [agentId]
  const rows = await ctx.db
    .selectFrom('agent_identity')
    .select(['agent_id', 'public_key', 'algorithm'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('agent_id', 'in', names)
    .execute()
  return rows.find((row) => row.agent_id === agentId) ?? rows[0]
}
