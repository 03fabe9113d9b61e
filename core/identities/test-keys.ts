import { generateKeyPairSync } from 'node:crypto'

export interface TestKeys {
  readonly publicKey: string
  readonly privateKey: string
}

/** A key pair of an agent, in PEM. */
export function agentKeys(kind: 'rsa' | 'ed25519' | 'p256' = 'ed25519'): TestKeys {
  const { publicKey, privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : kind === 'p256'
        ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
        : generateKeyPairSync('ed25519')
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
