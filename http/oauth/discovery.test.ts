import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { scopes } from '#core/kernel/scope'
import { metadataDocuments } from './metadata.ts'
import { suggestedAgentId } from './registration.rules.ts'
import { grantableScopes, scopeWords } from './scopes.rules.ts'
import { TestBrowser } from './test-browser.ts'
import { guardWith, RawClient } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer } from './test-oauth.ts'

let server: OAuthTestServer
beforeAll(async () => {
  server = await oauthTestServer()
})
afterAll(() => server.close())

const probed = [...metadataDocuments({ base: 'https://x.example', scopes: [], clientDocuments: true }).keys()]

test.each(probed)('%s answers without a redirect, to anybody', async (path) => {
  const response = await fetch(server.url + path, { redirect: 'manual' })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  const body = (await response.json()) as Record<string, unknown>
  const isServer = 'issuer' in body
  expect(isServer ? body['issuer'] : body['authorization_servers']).toEqual(isServer ? server.url : [server.url])
  expect(body['scopes_supported']).not.toContain('offline_access')
  expect((await fetch(server.url + path, { method: 'POST' })).status).toBe(405)
})

test('the documents say what clients look for', async () => {
  const get = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json()
  expect(await get('/.well-known/oauth-protected-resource/mcp')).toMatchObject({ resource: `${server.url}/mcp` })
  expect(await get('/.well-known/oauth-protected-resource/api/mcp')).toMatchObject({
    resource: `${server.url}/api/mcp`,
  })
  expect(await get('/.well-known/oauth-authorization-server')).toMatchObject({
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
    grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']) as unknown,
    token_endpoint_auth_methods_supported: expect.arrayContaining(['none']) as unknown,
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
  })
})

test('under each of its loopback names the server is that one', async () => {
  const { port } = new URL(server.url)
  const metadata = await (await fetch(`http://localhost:${port}/.well-known/oauth-authorization-server`)).json()
  expect(metadata).toMatchObject({ issuer: `http://localhost:${port}` })
  const asked = await fetch(`http://localhost:${port}/mcp`, { method: 'POST' })
  expect(asked.headers.get('www-authenticate')).toContain(`resource_metadata="http://localhost:${port}/.well-known/`)
  const local = { ...server, url: `http://localhost:${port}` }
  const client = await RawClient.register(local)
  const { access_token } = await client.tokens(await server.person())
  expect((await guardWith(server.url, access_token)).status).toBe(200)
})

test.each(['/mcp', '/api/mcp', '/api/policies'])('401 at %s names the metadata and the scopes', async (path) => {
  const response = await fetch(server.url + path)
  expect(response.status).toBe(401)
  const challenge = response.headers.get('www-authenticate') ?? ''
  expect(challenge).toBe(
    `Bearer realm="writ", resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", ` +
      `scope="${grantableScopes(operations).join(' ')}"`,
  )
})

test('an address that was published is the only one', async () => {
  const published = await oauthTestServer({
    settings: { public_url: 'https://writ.example/', allowed_hosts: '127.0.0.1' },
  })
  try {
    const response = await fetch(`${published.url}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toMatchObject({
      issuer: 'https://writ.example',
      token_endpoint: 'https://writ.example/oauth/token',
    })
    const client = await RawClient.register(published)
    const first = await fetch(client.url({ resource: 'https://writ.example/mcp' }), { redirect: 'manual' })
    expect(first.headers.get('location')).toMatch(/^https:\/\/writ\.example\/oauth\/interaction\//)
    expect(
      first.headers.getSetCookie().every((line) => /^__Secure-writ_oauth_\w+=.*; secure; httponly/i.test(line)),
    ).toBe(true)
  } finally {
    await published.close()
  }
})

test('a server without a way to the internet does not offer what it cannot do: clients register instead', async () => {
  const closed = await oauthTestServer({ settings: { client_documents: 'off' } })
  try {
    const metadata = await (await fetch(`${closed.url}/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({
      client_id_metadata_document_supported: false,
      registration_endpoint: `${closed.url}/oauth/register`,
    })
    const document = new RawClient(closed, 'https://client.example/metadata.json')
    const refused = await new TestBrowser(closed.url).get(document.url())
    expect(refused.headers.get('location')).toBe('/oauth-error?error=invalid_client')
    const client = await RawClient.register(closed)
    const { access_token } = await client.tokens(await closed.person())
    expect((await guardWith(closed.url, access_token)).status).toBe(200)
  } finally {
    await closed.close()
  }
})

test('there are words for every scope, and no client is offered what administers', () => {
  expect(Object.keys(scopeWords).toSorted()).toEqual([...scopes].toSorted())
  expect(Object.values(scopeWords).every((words) => words.length > 10)).toBe(true)
  const offered = grantableScopes(operations)
  expect(offered).toEqual(expect.arrayContaining(['guard:evaluate', 'actions:write', 'approvals:read']))
  const withheld =
    /^(keys|members|settings|account|orgs|grants|activity|identities):|^(approvals:decide|policies:write|halt:write|ledger:write|agents:pause|actions:delete)$/
  expect(offered.filter((scope) => withheld.test(scope))).toEqual([])
})

test.each([
  ['Claude Code (writ)', 'claude-code'],
  ['Codex', 'codex'],
  ['Zoë’s Agent!', 'zoe-s-agent'],
  ['日本', 'agent'],
])('%s is suggested to act as %s', (name, id) => expect(suggestedAgentId(name)).toBe(id))
