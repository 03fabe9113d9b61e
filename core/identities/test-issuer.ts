import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose'
import type { Context } from '../kernel/context.ts'
import { invoke } from '../kernel/invoke.ts'
import { update } from '#core/settings/update.op'

export interface IssuerKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function issuerKey(kid: string, alg = 'EdDSA'): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

type Behaviour = 'ok' | 'broken' | 'slow' | 'endless' | 'html' | 'redirect' | 'discovery'

/** A real issuer on loopback: it serves its keys over HTTP, signs tokens, changes keys, and fails in every way. */
export class TestIssuer {
  /** Served, oldest first; tokens are signed with the last one. */
  keys: IssuerKey[] = []
  behaviour: Behaviour = 'ok'
  readonly asked: string[] = []
  readonly url: string
  readonly #server: ReturnType<typeof createServer>
  readonly #now: () => Date

  private constructor(server: ReturnType<typeof createServer>, now: () => Date) {
    this.#server = server
    this.#now = now
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => {
      this.asked.push(request.url ?? '')
      this.#answer(request.url ?? '', response)
    })
  }

  static async start(now: () => Date): Promise<TestIssuer> {
    const server = createServer()
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const issuer = new TestIssuer(server, now)
    issuer.keys = [await issuerKey('first')]
    return issuer
  }

  /** A sound token of one agent, unless the claims or the header say otherwise. */
  async token(claims: JWTPayload = {}, header: { kid?: string; alg?: string; typ?: string } = {}): Promise<string> {
    const key = this.keys.at(-1)
    if (!key) throw new Error('The issuer has no key.')
    return this.tokenBy(key.privateKey, claims, { alg: key.alg, kid: key.kid, ...header })
  }

  tokenBy(key: CryptoKey | Uint8Array, claims: JWTPayload, header: { alg: string; [name: string]: unknown }) {
    const now = Math.floor(this.#now().getTime() / 1000)
    const sound = { iss: this.url, sub: 'proven-agent', aud: 'writ', iat: now, exp: now + 600 }
    return new SignJWT({ ...sound, ...claims }).setProtectedHeader(header).sign(key)
  }

  /** Makes this issuer the one of the org, with further settings. */
  async trustedBy(admin: Context, more: object = {}): Promise<void> {
    const settings = { identity_issuers: [{ issuer: this.url, audience: 'writ' }], ...more }
    await invoke(update, admin, { settings })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((closed) => this.#server.close(closed))
  }

  #answer(path: string, response: ServerResponse): void {
    const json = (value: unknown): void => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
    }
    const keys = { keys: this.keys.map(({ jwk }) => jwk) }
    if (this.behaviour === 'slow') return
    if (this.behaviour === 'broken') response.destroy()
    else if (this.behaviour === 'html') response.writeHead(200).end('<html>keys</html>')
    else if (this.behaviour === 'redirect') response.writeHead(302, { Location: `${this.url}/elsewhere` }).end()
    else if (this.behaviour === 'endless') pourInto(response)
    else if (this.behaviour === 'ok') json(keys)
    else if (path === '/.well-known/openid-configuration') json({ issuer: this.url, jwks_uri: `${this.url}/moved` })
    else if (path === '/moved') json(keys)
    else response.writeHead(404).end()
  }
}

/** Bytes for as long as somebody takes them. */
function pourInto(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json' })
  const chunk = Buffer.alloc(65_536, ' ')
  const pour = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', pour)
  pour()
}
