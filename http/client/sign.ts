/** Kinds of keys that agents sign with. */
export type SigningAlgorithm = 'RSASSA-PKCS1-v1_5' | 'Ed25519' | 'ES256'

/**
 * The body with `_signature`: base64, by `privateKey` (PEM), over the canonical JSON of the body as it is sent, names
 * sorted and without spaces. The server verifies it with the public key that is registered for the agent.
 */
export function signBody<B extends Readonly<Record<string, unknown>>>(
  body: B,
  privateKey: string,
): B & { readonly _signature: string } {
  // Not imported: a page that loads the client has no such module, and holds no keys of agents.
  const { createPrivateKey, sign } = process.getBuiltinModule('node:crypto')
  const key = createPrivateKey(privateKey)
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const { _signature: _, ...signed } = JSON.parse(JSON.stringify(body)) as Record<string, unknown>
  const signature = sign(digest, Buffer.from(canonical(signed)), { key, dsaEncoding: 'ieee-p1363' })
  return { ...body, _signature: signature.toString('base64') }
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`
}
