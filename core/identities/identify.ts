import type { OrgSettings } from '#core/settings/index'
import type { Context } from '../kernel/context.ts'
import { byCredential, unverified, type AgentIdentity } from './identity.ts'
import { verifyToken, type TokenVerdict } from './verify-token.ts'

/**
 * What the caller's token and credential prove. A token that was sent and is bad is told as what it is, whatever the
 * credential; one whose issuer cannot be asked proves nothing, and the credential stands alone.
 */
export function identify(ctx: Context, settings: OrgSettings | undefined): AgentIdentity | Promise<AgentIdentity> {
  const { identityToken: token, actor } = ctx
  const alone = actor.agentId === null ? unverified : byCredential
  if (token === undefined || settings === undefined || settings.identity_issuers.length === 0) return alone
  return verifyToken(ctx.runtime, actor.orgId, token, settings).then((verdict) => withToken(alone, verdict))
}

function withToken(alone: AgentIdentity, verdict: TokenVerdict): AgentIdentity {
  if (verdict.status === 'verified') {
    return { ...alone, verification: 'verified', by: 'token', presented: true, claims: verdict.claims }
  }
  if (verdict.status === 'unverified') return { ...alone, presented: true }
  return { ...alone, verification: verdict.status, by: null, presented: true }
}

/** The same with what the signature of the action adds: a wrong one is never verified, whatever else is known. */
export function withSignature(identity: AgentIdentity, signature: 'valid' | 'wrong'): AgentIdentity {
  const told = { ...identity, signature }
  if (identity.by === 'token') return told
  if (signature === 'wrong') {
    return identity.verification === 'unverified' || identity.by === 'credential'
      ? { ...told, verification: 'failed', by: null }
      : told
  }
  return identity.verification === 'unverified' ? { ...told, verification: 'verified', by: 'signature' } : told
}
