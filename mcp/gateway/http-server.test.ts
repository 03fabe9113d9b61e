import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { testInstance, type TestInstance } from '#http/test-instance'
import { HttpServer } from './http-server.ts'
import type { Json } from './message.rules.ts'
import { testGateway, textOf, tool, type TestGateway } from './test-gateway.ts'
import { HttpWrapped } from './test-http-wrapped.ts'

// Other programs may keep this machine busy.
vi.setConfig({ testTimeout: 30_000 })

let instance: TestInstance
let folder: string
let server: HttpWrapped
const open = new Set<TestGateway>()
const names = ['echo', 'slow', 'refused_tool', 'broken_tool', 'resumed_tool', 'leak']
beforeAll(async () => {
  instance = await testInstance()
  folder = mkdtempSync(join(tmpdir(), 'writ-http-'))
  const mirrored = tool('mirrored_tool', {
    inputSchema: {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        deep: { properties: { n: { type: 'integer', 'x-mcp-header': 'N' } } },
      },
    },
  })
  writeFileSync(join(folder, 'tools.json'), JSON.stringify([...names.map((name) => tool(name)), mirrored]))
})
afterEach(async () => {
  await Promise.all([...open].map((one) => one.end()))
  open.clear()
  await server.close()
})
afterAll(async () => {
  await instance.close()
  rmSync(folder, { recursive: true, force: true })
})

async function gateway(): Promise<TestGateway> {
  server = await HttpWrapped.open(join(folder, 'tools.json'))
  const tell = (): void => undefined
  const wrapped = (): HttpServer =>
    new HttpServer({ url: server.url, headers: { authorization: 'Bearer t' }, fetch, tell })
  const one = testGateway({
    url: instance.url,
    apiKey: instance.agentKey,
    agent: 'over-http',
    server: 'over-http',
    wrapped,
  })
  open.add(one)
  return one
}

const hello = (protocolVersion: string): Json => ({
  protocolVersion,
  capabilities: {},
  clientInfo: { name: 'Host', version: '1' },
})

async function session(): Promise<TestGateway> {
  const one = await gateway()
  await one.ask('initialize', hello('2025-11-25'))
  one.say('{"jsonrpc":"2.0","method":"notifications/initialized"}')
  return one
}

test('a session: its id, the protocol and the credential go with every request; it is ended with the client', async () => {
  const one = await session()
  expect(textOf(await one.call('echo', { message: 'hi' }))).toBe('hi')
  const id = server.seen.at(-1)?.headers['mcp-session-id']
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  for (const { headers, body } of server.seen) {
    expect(headers.authorization).toBe('Bearer t')
    if (body.includes('"initialize"')) continue
    expect(headers).toMatchObject({ 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' })
    expect(headers['mcp-method']).toBeUndefined()
  }
  await one.end()
  expect(server.seen.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'mcp-session-id': id } })
})

test('what the server says by itself passes, and answers and odd requests pass as they are', async () => {
  const one = await session()
  await vi.waitUntil(() => server.listeners === 1)
  const line = '{"jsonrpc":"2.0","method":"notifications/message","params":{"n":1.0}}'
  server.push(line)
  await vi.waitUntil(() => one.lines.includes(line))
  const odd = await one.ask('odd/method', { n: 1 })
  expect(odd.error).toMatchObject({ code: -32_601, data: { method: 'odd/method' } })
  expect(JSON.stringify(await one.call('leak'))).toContain('REDACTED')
})

test('a stream that breaks off before the answer is gone on with', async () => {
  const one = await session()
  expect(textOf(await one.call('resumed_tool'))).toBe('resumed_tool')
  expect(server.seen.find(({ headers }) => headers['last-event-id'] === 'e-1')).toMatchObject({ method: 'GET' })
})

test('a session that the server forgot is opened anew, and the request made again', async () => {
  const one = await session()
  await one.call('echo')
  const before = server.seen.at(-1)?.headers['mcp-session-id']
  server.forget()
  const answers = await Promise.all(['a', 'b', 'c'].map((message) => one.call('echo', { message })))
  expect(answers.map(textOf)).toEqual(['a', 'b', 'c'])
  expect(server.seen.at(-1)?.headers['mcp-session-id']).not.toBe(before)
  expect(server.seen.filter(({ body }) => body.includes('"initialize"'))).toHaveLength(2)
})

test('what the server refuses is told: its JSON-RPC error as it is, anything else in a sentence', async () => {
  const one = await session()
  expect((await one.call('refused_tool')).error).toEqual({ code: -32_020, message: 'Header mismatch' })
  expect((await one.call('broken_tool')).error?.message).toContain('The server answered 500: <html>oh no</html>')
  await server.close()
  expect((await one.call('echo')).error?.message).toContain('cannot be reached')
})

test('a cancelled call is told to a server with sessions', async () => {
  const one = await session()
  void one.raw(
    '{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"slow","_meta":{"progressToken":1}}}',
    77,
  )
  await vi.waitUntil(() => one.lines.some((line) => line.includes('notifications/progress')))
  const cancel = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":77}}'
  one.say(cancel)
  await vi.waitUntil(() => server.seen.some(({ body }) => body === cancel))
})

const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'Host', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

test('protocol 2026-07-28: headers come from each request, parameters among them, and there is no session', async () => {
  const one = await gateway()
  await one.ask('server/discover', { _meta })
  await one.ask('tools/list', { _meta })
  const input = { region: 'süd', deep: { n: 3 } }
  const answer = await one.call('mirrored_tool', input, { _meta })
  expect(textOf(answer)).toBe('mirrored_tool')
  expect(server.seen.at(-1)?.headers).toMatchObject({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'mirrored_tool',
    'mcp-param-region': `=?base64?${Buffer.from('süd').toString('base64')}?=`,
    'mcp-param-n': '3',
  })
  expect(
    server.seen.every(({ headers }) => headers['mcp-session-id'] === undefined && headers['mcp-method'] !== undefined),
  ).toBe(true)
  const blocked = await one.call('echo', { sql: 'drop table users' }, { _meta })
  expect(blocked.result).toMatchObject({ isError: true, resultType: 'complete' })
})

test('protocol 2026-07-28: a cancelled call is hung up on', async () => {
  const one = await gateway()
  const params = { name: 'slow', arguments: {}, _meta: { ..._meta, progressToken: 1 } }
  void one.raw(JSON.stringify({ jsonrpc: '2.0', id: 78, method: 'tools/call', params }), 78)
  await vi.waitUntil(() => one.lines.some((line) => line.includes('notifications/progress')))
  one.say('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":78}}')
  await vi.waitUntil(() => server.hungUp.length === 1)
  expect(server.seen.some(({ body }) => body.includes('notifications/cancelled'))).toBe(false)
})
