import type { JWTPayload } from 'jose'
import { ACT_BINDING_CLAIMS } from './act-binding.rules.ts'
import type { TokenClaims } from './identity.ts'

const MAX_AGENT = 128
const MAX_NAME = 256
const MAX_JTI = 1024

/** The claims that matter, of a token whose signature holds; null when its subject cannot be an agent's id. */
export function claimsOf(payload: JWTPayload): TokenClaims | null {
  const { iss, sub, exp, jti } = payload
  const name = payload['agent_name']
  if (typeof iss !== 'string' || typeof exp !== 'number' || !isPlain(sub, MAX_AGENT)) return null
  return {
    issuer: iss,
    subject: sub,
    agentName: isPlain(name, MAX_NAME) ? name : null,
    jti: isPlain(jti, MAX_JTI) ? jti : null,
    exp,
    bindings: ACT_BINDING_CLAIMS.flatMap((claim) => (Object.hasOwn(payload, claim) ? [payload[claim]] : [])),
  }
}

/** What is shown, stored and compared must not look like something else: no controls, no invisible characters, one form. */
function isPlain(value: unknown, max: number): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= max &&
    value.trim() === value &&
    !/[\p{C}\p{Zl}\p{Zp}]/u.test(value) &&
    value.normalize('NFC') === value
  )
}
