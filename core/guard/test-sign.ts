import { createPrivateKey, sign } from 'node:crypto'
import { canonical } from '#core/ledger/index'

/** A body with the signature that an agent of the wire contract sends. */
export function signBody<B extends object>(body: B, privateKey: string): B & { _signature: string } {
  const key = createPrivateKey(privateKey)
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const signature = sign(digest, Buffer.from(canonical(body)), { key, dsaEncoding: 'ieee-p1363' })
  return { ...body, _signature: signature.toString('base64') }
}
