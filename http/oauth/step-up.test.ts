import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawClient } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer } from './test-oauth.ts'

let server: OAuthTestServer
let narrow: string
let readonly: string

beforeAll(async () => {
  server = await oauthTestServer()
  const client = await RawClient.register(server)
  const scopes = { scopes: ['guard:evaluate', 'policies:read'] }
  narrow = (await client.tokens(await server.person({ role: 'member' }), {}, scopes)).access_token
  readonly = (await client.tokens(await server.person({ role: 'readonly' }))).access_token
})
afterAll(() => server.close())

/** A tool call in the 2025-era, which is known by its body alone, and in the 2026-era, by its headers too. */
async function callTool(token: string, name: string, args: object, era: 'old' | 'new' = 'old'): Promise<Response> {
  const params = { name, arguments: args }
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const modern = { 'mcp-method': 'tools/call', 'mcp-name': name, 'mcp-protocol-version': '2026-07-28' }
  return fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(era === 'new' ? modern : {}),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: era === 'new' ? { ...params, _meta: meta } : params,
    }),
  })
}

const act = { action_type: 'review', declared_goal: 'Look around' }

test.each(['old', 'new'] as const)('a tool beyond the scopes is a 403 that names all of them (%s era)', async (era) => {
  const before = await server.runtime.db.selectFrom('action_record').selectAll().execute()
  for (const [tool, args] of [
    ['writ_record', act],
    ['writ_call_operation', { operation: 'actions_create', arguments: act }],
  ] as const) {
    const response = await callTool(narrow, tool, args, era)
    expect([tool, response.status]).toEqual([tool, 403])
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="writ", error="insufficient_scope", scope="actions:write guard:evaluate policies:read", ' +
        `resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`,
    )
    expect(await response.json()).toMatchObject({
      jsonrpc: '2.0',
      id: 7,
      error: { data: { code: 'insufficient_scope' } },
    })
  }
  expect(await server.runtime.db.selectFrom('action_record').selectAll().execute()).toEqual(before)
  expect((await callTool(narrow, 'writ_guard', act, era)).status).toBe(200)
})

test('what no consent would bring is told by the tool: the role lacks it, or no client can have it', async () => {
  const lacks = await callTool(readonly, 'writ_record', act)
  expect(lacks.status).toBe(200)
  expect(await lacks.text()).toContain('forbidden')
  const never = await callTool(narrow, 'writ_call_operation', { operation: 'halt_start', arguments: { reason: 'x' } })
  expect(never.status).toBe(200)
})

test('REST says it too', async () => {
  const response = await fetch(`${server.url}/api/actions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${narrow}`, 'content-type': 'application/json' },
    body: JSON.stringify(act),
  })
  expect(response.status).toBe(403)
  expect(response.headers.get('www-authenticate')).toContain(
    'error="insufficient_scope", scope="actions:write guard:evaluate',
  )
})
