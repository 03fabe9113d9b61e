import {
  auth,
  Client,
  StreamableHTTPClientTransport,
  type OAuthClientInformationFull,
  type OAuthClientProvider,
  type OAuthTokens,
} from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from '#http/oauth/test-browser'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from '#http/oauth/test-oauth'

let server: OAuthTestServer
let alice: SignedIn

beforeAll(async () => {
  server = await oauthTestServer()
  alice = await server.person()
})
afterAll(() => server.close())

/** An MCP client's memory. */
class Memory implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:49152/callback'
  readonly clientMetadata = {
    client_name: 'Claude Code (writ)',
    redirect_uris: ['http://127.0.0.1:33418/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  visited = ''
  #client: OAuthClientInformationFull | undefined
  #tokens: OAuthTokens | undefined
  #verifier = ''
  clientInformation(): OAuthClientInformationFull | undefined {
    return this.#client
  }
  saveClientInformation(client: OAuthClientInformationFull): void {
    this.#client = client
  }
  tokens(): OAuthTokens | undefined {
    return this.#tokens
  }
  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }
  codeVerifier(): string {
    return this.#verifier
  }
  redirectToAuthorization(url: URL): void {
    this.visited = url.href
  }
}

test('an MCP client that has only the URL gets in', async () => {
  const memory = new Memory()
  const serverUrl = `${server.url}/mcp`
  expect(await auth(memory, { serverUrl })).toBe('REDIRECT')
  const back = await new TestBrowser(server.url, alice).allow(memory.visited)
  expect(back.origin + back.pathname).toBe('http://127.0.0.1:49152/callback')
  expect(back.searchParams.get('iss')).toBe(server.url)
  const authorizationCode = back.searchParams.get('code') ?? ''
  expect(await auth(memory, { serverUrl, authorizationCode, iss: server.url })).toBe('AUTHORIZED')
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL(serverUrl), { authProvider: memory }))
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toContain('writ_guard')
  await client.close()
})
