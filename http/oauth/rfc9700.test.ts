import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestBrowser } from './test-browser.ts'
import { challengeOf, guardWith, oneWinner, RawClient, REDIRECT, register, print } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from './test-oauth.ts'

let server: OAuthTestServer
let alice: SignedIn
let client: RawClient

beforeAll(async () => {
  server = await oauthTestServer()
  alice = await server.person()
  client = await RawClient.register(server)
})
afterAll(() => server.close())

const eight = <T>(make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 8 }, make))

describe('codes and tokens are used once', () => {
  test('8 parallel redemptions of one code: exactly 1', async () => {
    await oneWinner(async () => {
      const grant = await client.code(alice)
      return eight(() => client.redeem(grant))
    })
    print('codes: 1 of 8 parallel redemptions')
  })

  test('8 parallel refreshes with one token: exactly 1', async () => {
    await oneWinner(async () => {
      const { refresh_token } = await client.tokens(alice)
      return eight(() => client.refresh(refresh_token))
    })
    print('refresh tokens: 1 of 8 parallel refreshes')
  })

  test('a code that comes again ends what the first use brought', async () => {
    const grant = await client.code(alice)
    const { body } = await client.redeem(grant)
    expect((await guardWith(server.url, body.access_token ?? '')).status).toBe(200)
    expect(await client.redeem(grant)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await client.refresh(body.refresh_token ?? '')).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
    expect((await guardWith(server.url, body.access_token ?? '')).status).toBe(401)
  })

  test('a refresh token that comes again ends the whole family, and it is on the record', async () => {
    const first = await client.tokens(alice)
    const second = await client.refresh(first.refresh_token)
    expect(second.status).toBe(200)
    expect(await client.refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await client.refresh(second.body.refresh_token ?? '')).toMatchObject({ body: { error: 'invalid_grant' } })
    expect((await guardWith(server.url, second.body.access_token ?? '')).status).toBe(401)
    const ended = await server.runtime.db
      .selectFrom('activity')
      .select(['event', 'actor_kind'])
      .where('event', '=', 'grant.revoked')
      .execute()
    expect(ended.length).toBeGreaterThanOrEqual(2)
    expect(ended.every(({ actor_kind }) => actor_kind === 'grant')).toBe(true)
  })

  test('nothing that redeems is stored as it is', async () => {
    const grant = await client.code(alice)
    const { body } = await client.redeem(grant)
    const rows = await server.runtime.db.selectFrom('oauth_record').selectAll().execute()
    const text = JSON.stringify(rows)
    for (const secret of [grant.code, body.refresh_token, body.access_token]) expect(text).not.toContain(secret)
    expect(rows.length).toBeGreaterThan(2)
  })

  test('an interaction is answered once, by the browser that started it', async () => {
    const browser = new TestBrowser(server.url, alice)
    const uid = await browser.open(client.url())
    const agreement = await browser.agreement(uid)
    const other = await new TestBrowser(server.url, alice).post(`${server.url}/oauth/interaction/${uid}`, agreement)
    expect(other.status).toBe(404)
    const answers = await eight(() => browser.post(`${server.url}/oauth/interaction/${uid}`, agreement))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 409),
    ])
    // The way back is the browser's too.
    const resumed = await new TestBrowser(server.url, alice).get(`${server.url}/oauth/authorize/${uid}`)
    expect([resumed.status, resumed.headers.get('location')]).toEqual([303, '/oauth-error?error=expired'])
  })
})

describe('code injection', () => {
  test('another verifier, client, redirect, none at all, or a plain challenge: refused', async () => {
    const other = await RawClient.register(server)
    const attacks: readonly (readonly [string, RawClient, Record<string, string | undefined>])[] = [
      ['another verifier', client, { code_verifier: 'w'.repeat(43) }],
      ['no verifier', client, { code_verifier: undefined }],
      ['the challenge as verifier', client, { code_verifier: challengeOf('v'.repeat(43)) }],
      ['a short verifier', client, { code_verifier: 'v' }],
      ['another client', other, {}],
      ['an unknown client', new RawClient(server, 'cli_unknown'), {}],
      ['another redirect', client, { redirect_uri: 'http://127.0.0.1:7777/other' }],
      ['another port', client, { redirect_uri: 'http://127.0.0.1:7778/callback' }],
      ['a foreign redirect', client, { redirect_uri: 'https://evil.example/' }],
      ['a refresh in disguise', client, { grant_type: 'refresh_token' }],
      ['another resource', client, { resource: 'https://other.example/mcp' }],
    ]
    let refused = 0
    for (const [what, by, changes] of attacks) {
      const answer = await by.redeem(await client.code(alice), changes)
      expect([what, answer.status >= 400 && answer.status < 500]).toEqual([what, true])
      expect(answer.body).not.toHaveProperty('access_token')
      refused += 1
    }
    print(`code injection: ${refused} of ${attacks.length} refused`)
  })
})

describe('authorization requests', () => {
  const location = async (changes: Record<string, string | undefined>): Promise<URL> => {
    const response = await new TestBrowser(server.url, alice).get(client.url(changes))
    return new URL(response.headers.get('location') ?? '', server.url)
  }

  test.each([
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['the plain method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no method', { code_challenge_method: undefined }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['an ID token', { response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['a hybrid response', { response_type: 'code id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['a foreign resource', { resource: 'https://other.example/mcp' }, 'invalid_target'],
    ['a resource below ours', { resource: 'RESOURCE/x' }, 'invalid_target'],
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    ['silence', { prompt: 'none' }, 'interaction_required'],
  ])('%s is told the client, with iss and state', async (_, changes, error) => {
    const sent = Object.fromEntries(
      Object.entries(changes).map(([name, value]) => [name, value?.replace('RESOURCE', `${server.url}/mcp`)]),
    )
    const back = await location(sent)
    expect(back.origin + back.pathname).toBe(REDIRECT)
    // RFC 6749, section 4.2.2.1: what would have been answered in the fragment fails there.
    const told = back.hash === '' ? back.searchParams : new URLSearchParams(back.hash.slice(1))
    expect(Object.fromEntries(told)).toMatchObject({ error, iss: server.url, state: 'st&te=1' })
    expect(told.has('code')).toBe(false)
  })

  test('mix-up: iss is the issuer, in answers of every kind, and the metadata says so', async () => {
    const { redirect } = await client.code(alice)
    expect(redirect.searchParams.getAll('iss')).toEqual([server.url])
    const metadata = (await (await fetch(`${server.url}/.well-known/oauth-authorization-server`)).json()) as object
    expect(metadata).toMatchObject({ issuer: server.url, authorization_response_iss_parameter_supported: true })
  })

  test('open redirector: what fails before the address is checked goes to a page of ours, in words of ours', async () => {
    const bad = [
      { client_id: 'cli_unknown' },
      { client_id: undefined },
      { client_id: '<script>alert(1)</script>' },
      { redirect_uri: 'https://evil.example/' },
      { redirect_uri: 'javascript:alert(1)' },
      { redirect_uri: 'https://evil.example/', response_type: 'token' },
      { response_mode: 'form_post' },
      { response_mode: 'fragment' },
      { response_mode: 'web_message' },
    ]
    for (const changes of bad) {
      const to = await location(changes)
      expect([to.origin, to.pathname]).toEqual([server.url, '/oauth-error'])
      expect(to.search).toMatch(/^\?error=[a-z_]+$/)
    }
    print(`open redirector: ${bad.length} of ${bad.length} stay here`)
  })

  test('clickjacking and referrer: every answer forbids frames, caching and referring', async () => {
    const browser = new TestBrowser(server.url, alice)
    const uid = await browser.open(client.url())
    const paths = [
      client.url(),
      client.url({ client_id: 'x' }),
      `${server.url}/oauth/interaction/${uid}`,
      `${server.url}/oauth/interaction/${uid}?page=1`,
      `${server.url}/oauth/jwks`,
      `${server.url}/oauth/token`,
      `${server.url}/oauth/nothing`,
      `${server.url}/.well-known/oauth-authorization-server`,
    ]
    for (const path of paths) {
      const { headers } = await browser.get(path)
      expect([path, headers.get('content-security-policy')]).toEqual([
        path,
        "default-src 'none'; frame-ancestors 'none'",
      ])
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toContain('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    print(`security headers: ${paths.length} of ${paths.length} answers`)
  })

  test('a page of another origin cannot agree for the person', async () => {
    const browser = new TestBrowser(server.url, alice)
    const uid = await browser.open(client.url())
    const url = `${server.url}/oauth/interaction/${uid}`
    const agreement = await browser.agreement(uid)
    for (const headers of [
      { 'x-csrf-token': '' },
      { 'x-csrf-token': 'f'.repeat(43) },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const response = await browser.post(url, agreement, headers)
      expect([headers, response.status]).toEqual([headers, 403])
    }
    const nobody = new TestBrowser(server.url)
    const theirs = await nobody.open(client.url())
    await expect(nobody.details(theirs)).rejects.toThrow('401')
  })
})

describe('scopes', () => {
  test('cannot be raised at refresh, nor by who is not allowed them', async () => {
    const tokens = await client.tokens(alice, { scope: 'guard:evaluate policies:read' }, { scopes: ['guard:evaluate'] })
    expect(tokens.scope).toBe('guard:evaluate')
    const raised = await client.refresh(tokens.refresh_token, { scope: 'guard:evaluate policies:read' })
    expect(raised).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    const same = await client.refresh(tokens.refresh_token)
    expect(same).toMatchObject({ status: 200, body: { scope: 'guard:evaluate' } })
  })

  test('of administration are offered to no client, and cannot be slipped in', async () => {
    const browser = new TestBrowser(server.url, alice)
    const uid = await browser.open(
      client.url({ scope: 'guard:evaluate keys:write approvals:decide openid offline_access' }),
    )
    const details = await browser.details(uid)
    expect(details.scopes.map(({ scope }) => scope)).toEqual(['guard:evaluate'])
    const slipped = {
      decision: 'allow',
      org_id: server.orgs[0],
      agent_id: 'a',
      scopes: ['guard:evaluate', 'keys:write'],
    }
    expect((await browser.post(`${server.url}/oauth/interaction/${uid}`, slipped)).status).toBe(400)
    const abroad = { decision: 'allow', org_id: server.orgs[1], agent_id: 'a', scopes: ['guard:evaluate'] }
    expect((await browser.post(`${server.url}/oauth/interaction/${uid}`, abroad)).status).toBe(400)
  })

  test('registration refuses what is not offered, and what is too large', async () => {
    const bad = [
      { redirect_uris: [] },
      { redirect_uris: ['http://evil.example/cb'] },
      { redirect_uris: ['javascript:alert(1)'] },
      { redirect_uris: ['https://user@evil.example/cb'] },
      { redirect_uris: ['https://a.example/cb#x'] },
      { redirect_uris: Array.from({ length: 20 }, (_, n) => `https://a.example/${n}`) },
      { redirect_uris: [`https://a.example/${'x'.repeat(2000)}`] },
      { client_name: 'x'.repeat(200) },
      { client_name: 'a\u202Eb' },
      { grant_types: ['implicit'] },
      { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] },
      { grant_types: ['client_credentials'] },
      { response_types: ['token'] },
      { token_endpoint_auth_method: 'private_key_jwt' },
      { logo_uri: `https://a.example/${'x'.repeat(2000)}` },
    ]
    for (const metadata of bad) expect([metadata, (await register(server, metadata)).status]).toEqual([metadata, 400])
    print(`registrations: ${bad.length} of ${bad.length} refused`)
  })
})
