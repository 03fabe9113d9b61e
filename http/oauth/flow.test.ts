import { auth, Client, StreamableHTTPClientTransport, type OAuthClientProvider } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './test-browser.ts'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from './test-oauth.ts'

let server: OAuthTestServer
let alice: SignedIn

beforeAll(async () => {
  server = await oauthTestServer()
  alice = await server.person()
})
afterAll(() => server.close())

/** An MCP client's memory. */
function clientMemory(): OAuthClientProvider & { visited?: URL; kept: Record<string, unknown> } {
  const kept: Record<string, unknown> = {}
  return {
    kept,
    redirectUrl: 'http://127.0.0.1:49152/callback',
    clientMetadata: {
      client_name: 'Claude Code (writ)',
      redirect_uris: ['http://127.0.0.1:33418/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => kept['client'] as never,
    saveClientInformation: (info: unknown) => void (kept['client'] = info),
    tokens: () => kept['tokens'] as never,
    saveTokens: (tokens: unknown) => void (kept['tokens'] = tokens),
    saveCodeVerifier: (verifier: string) => void (kept['verifier'] = verifier),
    codeVerifier: () => kept['verifier'] as string,
    redirectToAuthorization(url: URL) {
      this['visited' as never] = url as never
    },
  } as OAuthClientProvider & { visited?: URL; kept: Record<string, unknown> }
}

test('an MCP client that has only the URL gets in', async () => {
  const memory = clientMemory()
  const serverUrl = `${server.url}/mcp`
  expect(await auth(memory, { serverUrl })).toBe('REDIRECT')
  const back = await new TestBrowser(server.url, alice).allow(String(memory.visited))
  expect(back.origin + back.pathname).toBe('http://127.0.0.1:49152/callback')
  expect(back.searchParams.get('iss')).toBe(server.url)
  const authorizationCode = back.searchParams.get('code') ?? ''
  expect(await auth(memory, { serverUrl, authorizationCode, iss: server.url } as never)).toBe('AUTHORIZED')
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL(serverUrl), { authProvider: memory }))
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toContain('writ_guard')
  await client.close()
})
