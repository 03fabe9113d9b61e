import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { canonical } from './canonical.ts'
import { activeKey, ensureKey, signerOf } from './keys.ts'
import { signingPorts } from './ports.ts'

export interface SignedStatement {
  /** What was signed: canonical JSON (RFC 8785) of the statement. */
  readonly payload: string
  readonly alg: 'EdDSA'
  /** Key of the org, published in its JWKS. */
  readonly kid: string
  /** Base64url of the Ed25519 signature over `writ-statement/1`, a line feed, and the payload. */
  readonly signature: string
}

/** Signs a statement with the org's key. The prefix keeps a statement from ever passing for a checkpoint. */
export async function signStatement(runtime: Runtime, orgId: string, statement: object): Promise<SignedStatement> {
  const ports = signingPorts(runtime)
  await ensureKey(runtime.db, orgId, ports)
  const key = await activeKey(runtime.db, orgId)
  if (!key) throw new Fault('unavailable', 'The org has no signing key.')
  const payload = canonical(statement)
  const signature = signerOf(key, ports.masterKey).sign(Buffer.from(`writ-statement/1\n${payload}`))
  return { payload, alg: 'EdDSA', kid: key.kid, signature: Buffer.from(signature).toString('base64url') }
}
