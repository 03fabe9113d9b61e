import { afterAll, beforeAll, expect, test } from 'vitest'
import { bodyOf, firstClient, modernClient } from './test-clients.ts'
import { raw, type RawAnswer } from './test-raw.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

const act = { action_type: 'apply', declared_goal: 'Tidy up', act: { kind: 'shell', command: 'ls -la' } }

function call(
  name: string,
  given: object,
  options: Parameters<typeof raw>[3] = {},
  key = server.agent,
): Promise<RawAnswer> {
  return raw({ url: server.url, key }, 'tools/call', { name, arguments: given }, options)
}

async function toolNames(key: string, query = ''): Promise<string[]> {
  const { message } = await raw({ url: server.url, key }, 'tools/list', {}, { query })
  return ((message.result?.['tools'] ?? []) as { name: string }[]).map((tool) => tool.name)
}

test('a result is the same JSON as structure and as text, on both addresses', async () => {
  const { message } = await call('writ_guard', act)
  const { content, structuredContent } = message.result as { content: { text: string }[]; structuredContent: object }
  expect(JSON.parse(content[0]?.text ?? '')).toEqual(structuredContent)
  expect(structuredContent).toMatchObject({ decision: 'allow' })
  const aliased = await fetch(new URL('/api/mcp', server.url), {
    method: 'POST',
    headers: { 'x-api-key': server.agent },
  })
  expect(aliased.status).toBe(415)
})

test('what an operation refuses is a result the model can read: the JSON that REST answers with', async () => {
  const { status, message } = await call('writ_guard', { declared_goal: 7 })
  expect(status).toBe(200)
  expect(message.result).toMatchObject({ isError: true })
  expect(bodyOf(message.result)).toMatchObject({
    error: 'Validation failed',
    code: 'invalid_input',
    details: expect.arrayContaining([expect.stringContaining('declared_goal')]),
    request_id: expect.any(String),
  })
})

test.each([
  { sdk: 'first', connect: firstClient },
  { sdk: 'modern', connect: modernClient },
])('a client that knows the output schema still reads why it was refused ($sdk SDK)', async ({ connect }) => {
  const client = await connect({ url: server.url, key: server.agent }, 'http')
  await client.tools()
  for (const [name, given] of [
    ['writ_guard', {}],
    ['writ_record', {}],
    ['writ_wait_for_approval', { action_id: 'act_nothing' }],
  ] as const) {
    expect(await client.call(name, given)).toMatchObject({ isError: true, body: { code: expect.any(String) } })
  }
  await client.close()
})

test('an act beside its field is refused, not judged as if it were not there', async () => {
  const { message } = await call('writ_guard', { action_type: 'cleanup', command: 'rm -rf /' })
  expect(message.result).toMatchObject({ isError: true })
  expect(bodyOf(message.result)).toMatchObject({ code: 'invalid_input', details: ['command: belongs inside act'] })
})

test('a refusal says what it is before everything that comes with it', async () => {
  const blocked = {
    action_type: 'cleanup',
    declared_goal: 'x',
    agent_id: 'a',
    act: { kind: 'shell', command: 'rm -rf /' },
  }
  const { message } = await call('writ_record', blocked)
  expect(message.result).toMatchObject({ isError: true })
  expect(Object.keys(bodyOf(message.result)).slice(0, 2)).toEqual(['error', 'code'])
})

test('an unknown tool, and one outside the chosen set, is JSON-RPC -32602', async () => {
  expect((await call('writ_nothing', {})).message.error).toMatchObject({ code: -32602 })
  expect((await call('writ_settings_get', {})).message.error).toMatchObject({ code: -32602 })
  const inSet = await call('writ_settings_get', {}, { query: '?toolsets=settings' })
  expect(inSet.message.result).toMatchObject({ structuredContent: { settings: expect.any(Object) } })
})

test('a credential sees the tools it can use, and is told what is missing for the others', async () => {
  const readonly = await server.key({ name: 'reader', role: 'readonly' })
  const names = await toolNames(readonly)
  expect(names).toContain('writ_actions_list')
  expect(names).not.toContain('writ_guard')
  const refused = await call('writ_guard', act, {}, readonly)
  expect(refused.message.result).toMatchObject({ isError: true })
  expect(bodyOf(refused.message.result)).toMatchObject({ code: 'forbidden' })
})

test('toolsets come by address or header; a wrong name is told with the right ones', async () => {
  const names = await toolNames(server.admin, '?toolsets=ledger,read')
  expect(names).toContain('writ_ledger_get_checkpoint')
  expect(names).not.toContain('writ_guard')
  const wrong = await raw(
    { url: server.url, key: server.agent },
    'tools/list',
    {},
    { headers: { 'x-writ-toolsets': 'no' } },
  )
  expect(wrong).toMatchObject({
    status: 400,
    message: { error: { data: { details: [expect.stringContaining('core')] } } },
  })
})

test('the configured agent speaks on writes, whatever the model typed', async () => {
  const { message } = await call(
    'writ_guard',
    { ...act, agent_id: 'typed' },
    { headers: { 'x-writ-agent-id': 'mine' } },
  )
  expect(message.result?.['structuredContent']).toMatchObject({ agent_id: 'mine' })
  const derived = await call('writ_guard', act, { headers: { 'x-writ-client': 'Claude Code' } })
  expect(derived.message.result?.['structuredContent']).toMatchObject({ agent_id: 'Claude-Code' })
})

test('401 with a challenge without a key and with a revoked or made-up one', async () => {
  for (const key of ['', 'writ_live_made_up_key_000000000000']) {
    const { status, headers } = await raw({ url: server.url, key }, 'tools/list')
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain('Bearer')
  }
})

test('unknown methods are -32601, broken JSON is 400 with -32700, and 3 MiB are refused', async () => {
  expect((await raw({ url: server.url, key: server.agent }, 'nothing/here')).message.error).toMatchObject({
    code: -32601,
  })
  const headers = {
    'x-api-key': server.agent,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const broken = await fetch(new URL('/mcp', server.url), { method: 'POST', headers, body: '{"jsonrpc":' })
  expect(broken.status).toBe(400)
  expect(await broken.json()).toMatchObject({ error: { code: -32700 } })
  const large = await fetch(new URL('/mcp', server.url), { method: 'POST', headers, body: 'x'.repeat(3 * 1024 * 1024) })
  expect(large.status).toBe(413)
})
