import {
  createHmac,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
  createPrivateKey,
  createPublicKey,
} from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT, type JWTPayload } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signingKeys } from '#core/grants/index'
import { guardWith, RawClient, type Tokens, print } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from './test-oauth.ts'
import { actorOfToken } from './verify.ts'

let server: OAuthTestServer
let alice: SignedIn
let client: RawClient
let tokens: Tokens
let key: KeyObject
let kid: string
let claims: JWTPayload

beforeAll(async () => {
  server = await oauthTestServer()
  alice = await server.person()
  client = await RawClient.register(server)
  tokens = await client.tokens(alice)
  const [current] = await signingKeys(server.runtime)
  kid = current?.kid ?? ''
  key = createPrivateKey({ key: current?.jwk as never, format: 'jwk' })
  claims = decodeJwt(tokens.access_token)
})
afterAll(() => server.close())

const now = (): number => Math.floor(server.runtime.now().getTime() / 1000)

interface Forged {
  readonly header?: Record<string, unknown>
  readonly payload?: Record<string, unknown>
  readonly by?: KeyObject
}

function forge({ header = {}, payload = {}, by = key }: Forged = {}): Promise<string> {
  const protectedHeader = { alg: 'ES256', typ: 'at+jwt', kid, ...header }
  const sent = Object.fromEntries(Object.entries({ ...claims, ...payload }).filter(([, value]) => value !== undefined))
  return new SignJWT(sent).setProtectedHeader(protectedHeader).sign(by)
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

function withHmac(secret: string | Buffer, alg = 'HS256'): string {
  const text = `${encoded({ alg, typ: 'at+jwt', kid })}.${encoded(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

function altered(change: (parts: string[]) => string[]): string {
  return change(tokens.access_token.split('.')).join('.')
}

function attacks(): Record<string, string | Promise<string>> {
  const open = createPublicKey(key)
  const pem = open.export({ type: 'spki', format: 'pem' }).toString()
  const der = open.export({ type: 'spki', format: 'der' })
  const strange = { by: stranger.privateKey }
  const strangeJwk = stranger.publicKey.export({ format: 'jwk' })
  return {
    'alg none': `${encoded({ alg: 'none', typ: 'at+jwt', kid })}.${encoded(claims)}.`,
    'alg None': `${encoded({ alg: 'None', typ: 'at+jwt', kid })}.${encoded(claims)}.`,
    'alg NONE with a signature': altered(([, b = '', c = '']) => [encoded({ alg: 'NONE', typ: 'at+jwt', kid }), b, c]),
    'no alg': altered(([, b = '', c = '']) => [encoded({ typ: 'at+jwt', kid }), b, c]),
    'HS256 with the public key as PEM': withHmac(pem),
    'HS256 with the public key as DER': withHmac(der),
    'HS256 with the JWK': withHmac(JSON.stringify(open.export({ format: 'jwk' }))),
    'HS256 with nothing': withHmac(''),
    'ES256 in words, HMAC in fact': withHmac(pem, 'ES256'),
    RS256: forge({ by: rsa.privateKey, header: { alg: 'RS256' } }),
    'another key under our id': forge(strange),
    'another key, no id': forge({ ...strange, header: { kid: undefined } }),
    'another key under its own id': forge({ ...strange, header: { kid: 'stranger' } }),
    'its key in the header': forge({ ...strange, header: { jwk: strangeJwk } }),
    'its key in the header, with our id': forge({ header: { jwk: open.export({ format: 'jwk' }) } }),
    'its key by address': forge({ ...strange, header: { jku: 'http://127.0.0.1:1/jwks' } }),
    'our key by address': forge({ header: { jku: `${server.url}/oauth/jwks` } }),
    'a certificate by address': forge({ ...strange, header: { x5u: 'http://127.0.0.1:1/x5u' } }),
    'a certificate': forge({ ...strange, header: { x5c: ['MIIB'] } }),
    'an id that is a path': forge({ ...strange, header: { kid: '../../../../dev/null' } }),
    'an id that is SQL': forge({ ...strange, header: { kid: "x' or '1'='1" } }),
    'an id that is huge': forge({ ...strange, header: { kid: 'k'.repeat(2000) } }),
    'an id that is no text': forge({ ...strange, header: { kid: 7 } }),
    'an id that is an object': forge({ ...strange, header: { kid: { $ne: null } } }),
    'an id from a prototype': forge({ ...strange, header: { kid: '__proto__' } }),
    'a critical extension': altered(([, b = '', c = '']) => [
      encoded({ alg: 'ES256', typ: 'at+jwt', kid, crit: ['x'], x: 1 }),
      b,
      c,
    ]),
    expired: forge({ payload: { iat: now() - 700, exp: now() - 6 } }),
    'no end': forge({ payload: { exp: undefined } }),
    'an end that is text': forge({ payload: { exp: '9999999999' } }),
    'an end far away': forge({ payload: { exp: now() + 86_400 } }),
    'not yet': forge({ payload: { nbf: now() + 60 } }),
    'no issue time': forge({ payload: { iat: undefined } }),
    'wrong audience': forge({ payload: { aud: 'https://other.example/mcp' } }),
    'audience is the issuer': forge({ payload: { aud: server.url } }),
    'more audiences': forge({ payload: { aud: [`${server.url}/mcp`, 'https://other.example'] } }),
    'no audience': forge({ payload: { aud: undefined } }),
    'wrong issuer': forge({ payload: { iss: 'https://other.example' } }),
    'issuer with a slash': forge({ payload: { iss: `${server.url}/` } }),
    'no issuer': forge({ payload: { iss: undefined } }),
    'typ JWT': forge({ header: { typ: 'JWT' } }),
    'no typ': forge({ header: { typ: undefined } }),
    'an ID token': forge({ header: { typ: 'JWT' }, payload: { aud: client.id, nonce: 'n' } }),
    'a logout token': forge({ header: { typ: 'logout+jwt' } }),
    'no grant': forge({ payload: { grant_id: undefined } }),
    'a grant that is not': forge({ payload: { grant_id: 'grt_0' } }),
    'a grant that is an object': forge({ payload: { grant_id: { $ne: '' } } }),
    'no subject': forge({ payload: { sub: undefined } }),
    'no client': forge({ payload: { client_id: undefined } }),
    'no id': forge({ payload: { jti: undefined } }),
    'the signature cut': altered(([a = '', b = '', c = '']) => [a, b, c.slice(0, -4)]),
    'the signature empty': altered(([a = '', b = '']) => [a, b, '']),
    'all zeros as signature': altered(([a = '', b = '']) => [a, b, Buffer.alloc(64).toString('base64url')]),
    'two parts': altered(([a = '', b = '']) => [a, b]),
    'four parts': `${tokens.access_token}.x`,
    'a claim changed': altered(([a = '', , c = '']) => [a, encoded({ ...claims, scope: 'keys:write' }), c]),
    'payload no JSON': altered(([a = '', , c = '']) => [a, Buffer.from('{').toString('base64url'), c]),
    'header no JSON': altered(([, b = '', c = '']) => ['eyJ', b, c]),
    'an encrypted token': 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA',
    huge: altered(([a = '', , c = '']) => [a, encoded({ ...claims, x: 'x'.repeat(100_000) }), c]),
    'huge and signed': forge({ payload: { x: 'x'.repeat(6000) } }),
    'the refresh token': tokens.refresh_token,
    noise: `eyJ${randomBytes(60).toString('base64url')}.${randomBytes(60).toString('base64url')}.${randomBytes(60).toString('base64url')}`,
  }
}

test('every forged token is a 401, by REST and by MCP', { timeout: 60_000 }, async () => {
  const list = Object.entries(attacks())
  let refused = 0
  for (const [what, made] of list) {
    const jwt = await made
    await expect(actorOfToken(server.runtime, jwt)).rejects.toMatchObject({ code: 'unauthenticated' })
    const init = { method: 'POST', headers: { authorization: `Bearer ${jwt}` } }
    const statuses = [await fetch(`${server.url}/api/guard`, init), await fetch(`${server.url}/mcp`, init)]
    // What does not fit into a header is refused before anybody reads it.
    const wanted = jwt.length < 10_000 ? 401 : 431
    expect([what, ...statuses.map(({ status }) => status)]).toEqual([what, wanted, wanted])
    refused += 1
  }
  print(`forged tokens: ${refused} of ${list.length} rejected`)
})

test('the real one is accepted, and says who acts for whom', async () => {
  expect(decodeProtectedHeader(tokens.access_token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid })
  expect(claims).toMatchObject({
    iss: server.url,
    aud: `${server.url}/mcp`,
    sub: alice.accountId,
    client_id: client.id,
  })
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(600)
  const actor = await actorOfToken(server.runtime, await forge())
  expect(actor).toMatchObject({ kind: 'grant', orgId: server.orgs[0], agentId: 'raw-client', role: 'admin' })
  expect(actor.principalName).toBe(`Raw client for ${alice.email}`)
  expect(actor.scopes.has('guard:evaluate')).toBe(true)
  expect(actor.scopes.has('keys:write')).toBe(false)
  // A few seconds of skew are nobody's fault.
  await actorOfToken(server.runtime, await forge({ payload: { exp: now() - 2, iat: now() - 500 } }))
})

test('a scope that the grant or the role lacks is worth nothing in a token', async () => {
  const actor = await actorOfToken(server.runtime, await forge({ payload: { scope: 'guard:evaluate keys:write' } }))
  expect([...actor.scopes]).toEqual(['guard:evaluate'])
})

test('after a rotation old tokens stay good to their end, and new ones have the new key', async () => {
  const before = tokens.access_token
  const by = await server.key({ operator: true })
  const rotated = await fetch(`${server.url}/api/oauth/rotate-key`, { method: 'POST', headers: { 'x-api-key': by } })
  expect(rotated.status).toBe(201)
  server.advance(11_000)
  expect((await guardWith(server.url, before)).status).toBe(200)
  const after = await client.tokens(alice)
  const { kid: fresh } = decodeProtectedHeader(after.access_token)
  expect(fresh).not.toBe(kid)
  expect(await rotated.json()).toEqual({ kid: fresh })
  expect((await guardWith(server.url, after.access_token)).status).toBe(200)
  const { keys } = (await (await fetch(`${server.url}/oauth/jwks`)).json()) as { keys: Record<string, unknown>[] }
  expect(keys.map((one) => one['kid'])).toEqual([fresh, kid])
  expect(keys.every((one) => !('d' in one))).toBe(true)
  const rows = await server.runtime.db.selectFrom('oauth_signing_key').selectAll().execute()
  expect(rows.every(({ private_key_encrypted }) => !private_key_encrypted.toString('latin1').includes('"d"'))).toBe(
    true,
  )
})
