import { auth, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from '#http/oauth/test-browser'
import { Memory } from '#http/oauth/test-memory'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from '#http/oauth/test-oauth'

let server: OAuthTestServer
let alice: SignedIn

beforeAll(async () => {
  server = await oauthTestServer()
  alice = await server.person()
})
afterAll(() => server.close())

test('an MCP client that has only the URL gets in', async () => {
  const memory = new Memory('http://127.0.0.1:49152/callback', 'http://127.0.0.1:33418/callback')
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
