import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestBrowser } from './test-browser.ts'
import { guardWith, oneWinner, RawClient } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from './test-oauth.ts'

const DOCUMENT = 'https://client.example/oauth.json'
const metadata = {
  client_id: DOCUMENT,
  client_name: 'Document client',
  client_uri: 'https://client.example/',
  redirect_uris: ['http://localhost/callback', 'https://client.example/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid guard:evaluate',
  token_endpoint_auth_method: 'none',
}
const documents = new Map<string, object>([[DOCUMENT, metadata]])
const fetched: string[] = []

/** Stands where the fetch that refuses private addresses stands; what it refuses is tested there. */
const outside: typeof fetch = (input) => {
  const url = input instanceof Request ? input.url : String(input)
  fetched.push(url)
  const document = documents.get(url)
  return Promise.resolve(document ? Response.json(document) : new Response('gone', { status: 404 }))
}

let server: OAuthTestServer
let alice: SignedIn
beforeAll(async () => {
  server = await oauthTestServer({ fetch: outside })
  alice = await server.person()
})
afterAll(() => server.close())

const insecure = { [oauth.allowInsecureRequests]: true }

describe('oauth4webapi', () => {
  test.each(['oauth2', 'oidc'] as const)(
    'discovers (%s), registers, and gets, refreshes and revokes tokens',
    async (algorithm) => {
      const issuer = new URL(server.url)
      const found = await oauth.discoveryRequest(issuer, { algorithm, ...insecure })
      const as = await oauth.processDiscoveryResponse(issuer, found)
      const redirect = 'http://127.0.0.1:9999/cb'
      const registration = {
        redirect_uris: [redirect],
        client_name: 'Strict client',
        token_endpoint_auth_method: 'client_secret_basic',
      }
      const response = await oauth.dynamicClientRegistrationRequest(as, registration, insecure)
      const client = await oauth.processDynamicClientRegistrationResponse(response)
      expect(client).toMatchObject({ client_secret_expires_at: 0, client_secret: expect.any(String) as unknown })
      const authentication = oauth.ClientSecretBasic(client['client_secret'] as string)

      const verifier = oauth.generateRandomCodeVerifier()
      const url = new URL(as.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        client_id: client.client_id,
        response_type: 'code',
        redirect_uri: redirect,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: 's',
      }).toString()
      const back = await new TestBrowser(server.url, alice).allow(url.href)
      const params = oauth.validateAuthResponse(as, client, back, 's')
      const granted = await oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, authentication, params, redirect, verifier, insecure),
      )
      const valid = await oauth.validateJwtAccessToken(
        as,
        new Request(`${server.url}/mcp`, { headers: { authorization: `Bearer ${granted.access_token}` } }),
        `${server.url}/mcp`,
        insecure,
      )
      expect(valid).toMatchObject({ client_id: client.client_id, sub: alice.accountId })
      const refreshed = await oauth.processRefreshTokenResponse(
        as,
        client,
        await oauth.refreshTokenGrantRequest(as, client, authentication, granted.refresh_token ?? '', insecure),
      )
      expect((await guardWith(server.url, refreshed.access_token)).status).toBe(200)
      const inspect = await oauth.introspectionRequest(
        as,
        client,
        authentication,
        refreshed.refresh_token ?? '',
        insecure,
      )
      expect(await oauth.processIntrospectionResponse(as, client, inspect)).toMatchObject({ active: true })
      const revoked = await oauth.revocationRequest(as, client, authentication, refreshed.refresh_token ?? '', insecure)
      expect(await oauth.processRevocationResponse(revoked)).toBeUndefined()
      expect((await guardWith(server.url, refreshed.access_token)).status).toBe(401)
      const wrong = oauth.ClientSecretBasic('wrong')
      const refused = await oauth.refreshTokenGrantRequest(as, client, wrong, 'x', insecure)
      expect([refused.status, await refused.json()]).toEqual([
        401,
        expect.objectContaining({ error: 'invalid_client' }),
      ])
    },
  )
})

describe('a client that is a document', () => {
  test('is fetched once, shown with its host, and gets tokens', async () => {
    const client = new RawClient(server, DOCUMENT, 'http://localhost:4321/callback')
    const browser = new TestBrowser(server.url, alice)
    const uid = await browser.open(client.url())
    expect(await browser.details(uid)).toMatchObject({
      client: { client_id: DOCUMENT, name: 'Document client', registered: 'metadata', redirect_host: 'localhost:4321' },
      agent_id: 'document-client',
    })
    const { access_token } = await client.tokens(alice)
    expect((await guardWith(server.url, access_token)).status).toBe(200)
    expect(fetched).toEqual([DOCUMENT])
  })

  test.each([
    ['names another id', { ...metadata, client_id: 'https://client.example/other.json' }],
    ['has a secret', { ...metadata, client_secret: 'x', token_endpoint_auth_method: 'client_secret_post' }],
    ['asks for the device grant', { ...metadata, grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] }],
    ['redirects to plain http', { ...metadata, redirect_uris: ['http://evil.example/'] }],
    ['has a name that hides something', { ...metadata, client_name: 'Cla\u202Eude' }],
    ['is a list', [metadata]],
  ])('is refused when it %s', async (what, document) => {
    const id = `https://client.example/${encodeURIComponent(what)}.json`
    const named = Array.isArray(document) || what.startsWith('names') ? document : { ...document, client_id: id }
    documents.set(id, named)
    const response = await new TestBrowser(server.url, alice).get(new RawClient(server, id).url())
    expect(response.headers.get('location')).toMatch(/^\/oauth-error\?error=\w+$/)
  })

  test.each([
    'http://client.example/x',
    'https://u@client.example/x',
    'https://client.example/../x',
    'https://client.example/x#y',
    'https://client.example/gone',
  ])('%s is none', async (id) => {
    const response = await new TestBrowser(server.url, alice).get(new RawClient(server, id).url())
    expect(response.headers.get('location')).toMatch(/^\/oauth-error\?error=\w+$/)
  })
})

describe('the device flow', () => {
  const cli = (): RawClient => new RawClient(server, 'writ-cli')
  const poll = (device_code: string) =>
    cli().post('/oauth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code })

  async function start(): Promise<{ device_code: string; user_code: string; verification_uri: string }> {
    return (await cli().post('/oauth/device_authorization', {})).body as never
  }

  test('lets a person at a terminal do what their role allows, and nobody else decide', async () => {
    const { device_code, user_code, verification_uri } = await start()
    expect(verification_uri).toBe(`${server.url}/device`)
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
    const browser = new TestBrowser(server.url, alice)
    const { uid } = (await (
      await browser.post('/oauth/device/lookup', { user_code: user_code.toLowerCase() })
    ).json()) as { uid: string }
    const details = await browser.details(uid)
    expect(details).toMatchObject({ client: { registered: 'built-in' }, agent_id: null, device: { user_code } })
    expect(details.orgs[0]?.scopes).toEqual(expect.arrayContaining(['approvals:decide', 'policies:write']))
    expect(details.scopes.map(({ scope }) => scope)).not.toContain('account:write')
    // The same address in another browser, or with another person, shows nothing.
    const mallory = await server.person({ orgs: [server.orgs[1]] })
    await expect(new TestBrowser(server.url, mallory).details(uid)).rejects.toThrow('404')
    const answered = await browser.post(`/oauth/interaction/${uid}`, await browser.agreement(uid))
    expect(await answered.json()).toEqual({ redirect: '/device?result=allowed' })
    const { status, body } = await poll(device_code)
    expect(status).toBe(200)
    const token = body.access_token ?? ''
    const keys = await fetch(`${server.url}/api/keys`, { headers: { authorization: `Bearer ${token}` } })
    expect(keys.status).toBe(200)
    // Their account stays out of reach.
    const account = await fetch(`${server.url}/api/account/grants`, { headers: { authorization: `Bearer ${token}` } })
    expect(account.status).toBe(403)
  })

  test('of two polls at once at most one gets the tokens; a code that comes again ends the grant', async () => {
    let code = ''
    const winner = await oneWinner(async () => {
      const { device_code, user_code } = await start()
      const browser = new TestBrowser(server.url, alice)
      const looked = await browser.post('/oauth/device/lookup', { user_code })
      const { uid } = (await looked.json()) as { uid: string }
      await browser.post(`/oauth/interaction/${uid}`, await browser.agreement(uid))
      code = device_code
      return Promise.all([poll(device_code), poll(device_code)])
    })
    expect((await poll(code)).body.error).toBe('invalid_grant')
    const token = winner.body.access_token ?? ''
    await expect
      .poll(
        async () => (await fetch(`${server.url}/api/keys`, { headers: { authorization: `Bearer ${token}` } })).status,
      )
      .toBe(401)
  })

  test('a code that was refused, used, or never was', async () => {
    const { device_code, user_code } = await start()
    const browser = new TestBrowser(server.url, alice)
    const lookUp = async (code: string): Promise<Response> => browser.post('/oauth/device/lookup', { user_code: code })
    const { uid } = (await (await lookUp(user_code)).json()) as { uid: string }
    expect(await (await browser.post(`/oauth/interaction/${uid}`, { decision: 'deny' })).json()).toEqual({
      redirect: '/device?result=denied',
    })
    expect((await poll(device_code)).body.error).toBe('access_denied')
    expect((await lookUp(user_code)).status).toBe(410)
    expect((await lookUp('BBBB-BBBB')).status).toBe(404)
    expect((await new TestBrowser(server.url).post('/oauth/device/lookup', { user_code })).status).toBe(401)
    const anybody = await RawClient.register(server)
    expect((await anybody.post('/oauth/device_authorization', {})).body.error).toBe('invalid_request')
  })

  test('two people with one code: one of them decides', async () => {
    const { user_code } = await start()
    const bob = await server.person()
    const browsers = [new TestBrowser(server.url, alice), new TestBrowser(server.url, bob)]
    const uids = await Promise.all(
      browsers.map(
        async (one) => ((await (await one.post('/oauth/device/lookup', { user_code })).json()) as { uid: string }).uid,
      ),
    )
    const answers = await Promise.all(
      browsers.map(async (one, n) => one.post(`/oauth/interaction/${uids[n]}`, await one.agreement(uids[n] ?? ''))),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410])
  })

  test('guesses are few', async () => {
    const eve = new TestBrowser(server.url, await server.person())
    const statuses: number[] = []
    for (let n = 0; n < 25; n += 1)
      statuses.push((await eve.post('/oauth/device/lookup', { user_code: `BCDF-GHJ${n}` })).status)
    expect(statuses.slice(0, 20).every((status) => status === 404)).toBe(true)
    expect(statuses.slice(20).every((status) => status === 429)).toBe(true)
  })
})
