import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { matchResource, resourceDeclarations } from './resources.ts'
import { bridge, headersOf, mcpUrl, type Endpoint } from './test-clients.ts'
import { raw } from './test-raw.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

const POLICIES = 'writ://policies'
const HISTORY = 'writ://agent/builder%201/history'

async function read(uri: string, key = server.agent): Promise<Record<string, unknown>> {
  const { message } = await raw({ url: server.url, key }, 'resources/read', { uri })
  const [content] = (message.result?.['contents'] ?? []) as { text: string; mimeType: string }[]
  expect(content?.mimeType).toBe('application/json')
  return JSON.parse(content?.text ?? '') as Record<string, unknown>
}

function changePolicy(key: string): Promise<unknown> {
  const rules = { action_types: ['deploy'] }
  return server.rest('POST', '/api/policies', key, {
    name: `Policy ${Math.random()}`,
    policy_type: 'warn_action_type',
    rules,
  })
}

function act(agentId: string): Promise<unknown> {
  const body = { agent_id: agentId, action_type: 'apply', declared_goal: 'Work' }
  return server.rest('POST', '/api/actions', server.agent, body)
}

/** A 2026-era client that listens, and what it was told. */
async function listener(endpoint: Endpoint, uris: string[]): Promise<{ told: string[]; close: () => Promise<void> }> {
  const told: string[] = []
  const client = new Client({ name: 'listener', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri))
  await client.connect(new StreamableHTTPClientTransport(mcpUrl(endpoint), { requestInit: headersOf(endpoint) }))
  const subscription = await client.listen({ resourceSubscriptions: uris })
  const close = async (): Promise<void> => {
    await subscription.close()
    await client.close()
  }
  return { told, close }
}

test('every declared resource reads operations that exist and only read', () => {
  const byName = new Map(operations.map((op) => [op.name, op]))
  for (const { uri, reads } of resourceDeclarations) {
    for (const name of Object.values(reads)) expect(byName.get(name)?.annotations.readOnly, `${uri} ${name}`).toBe(true)
  }
})

test('each of the four answers with what its operations answer', async () => {
  await act('builder 1')
  expect(await read(POLICIES)).toMatchObject({
    policies: expect.arrayContaining([expect.objectContaining({ active: true })]),
  })
  expect(await read('writ://status')).toMatchObject({ health: { status: 'ok' }, halt: { halted: false }, actions: {} })
  expect(await read('writ://ledger/checkpoint')).toMatchObject({ checkpoint: { size: expect.any(Number) } })
  expect(await read(HISTORY)).toMatchObject({ total: 1, actions: [{ agent_id: 'builder 1' }] })
})

test('static ones and the template are listed apart', async () => {
  const endpoint = { url: server.url, key: server.agent }
  const { message } = await raw(endpoint, 'resources/list')
  expect(message.result).toMatchObject({
    resources: [
      { uri: POLICIES },
      { uri: 'writ://status' },
      { uri: 'writ://ledger/checkpoint' },
      { uri: 'writ://hosts' },
    ],
  })
  const templates = await raw(endpoint, 'resources/templates/list')
  expect(templates.message.result).toMatchObject({
    resourceTemplates: [{ uriTemplate: 'writ://agent/{agent_id}/history' }],
  })
})

test('what there is not is -32602, and without the scope a resource is neither listed nor read', async () => {
  const missing = await raw({ url: server.url, key: server.agent }, 'resources/read', { uri: 'writ://nothing' })
  expect(missing.message.error).toMatchObject({ code: -32602 })
  const key = await server.key({ name: 'narrow', role: 'member', scopes: ['guard:evaluate'] })
  const { message } = await raw({ url: server.url, key }, 'resources/list')
  expect(message.result).toEqual({ resources: [] })
  const refused = await raw({ url: server.url, key }, 'resources/read', { uri: POLICIES })
  expect(refused.message.error).toMatchObject({ code: -32602, data: { code: 'forbidden' } })
})

test('an agent id in a URI is decoded, and a URI of another shape is not ours', () => {
  expect(matchResource(HISTORY)?.params).toEqual({ agent_id: 'builder 1' })
  expect(matchResource('writ://agent/a/b/history')).toBeUndefined()
})

test('a listener is told of changes it asked for, many close together as one', async () => {
  const { told, close } = await listener({ url: server.url, key: server.agent }, [POLICIES, HISTORY])
  await Promise.all([changePolicy(server.admin), changePolicy(server.admin)])
  await act('somebody else')
  await act('builder 1')
  await expect.poll(() => [...new Set(told)].toSorted(), { timeout: 5000 }).toEqual([HISTORY, POLICIES])
  expect(told.length).toBeLessThanOrEqual(4)
  await close()
})

test('a halt is on the record, so that listeners of the checkpoint are told of it', async () => {
  const CHECKPOINT = 'writ://ledger/checkpoint'
  const { told, close } = await listener({ url: server.url, key: server.agent }, [CHECKPOINT])
  await server.rest('POST', '/api/halt', server.admin, { reason: 'test' })
  await server.rest('DELETE', '/api/halt', server.admin)
  await expect.poll(() => told, { timeout: 5000 }).toContain(CHECKPOINT)
  await close()
})

test('nobody hears of changes in another org', async () => {
  const other = await server.rest('POST', '/api/orgs', server.admin, { name: 'Other' })
  const { told, close } = await listener({ url: server.url, key: other.body['secret'] as string }, [POLICIES])
  await changePolicy(server.admin)
  await changePolicy(other.body['secret'] as string)
  await expect.poll(() => told.length, { timeout: 5000 }).toBe(1)
  await changePolicy(server.admin)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(told).toEqual([POLICIES])
  await close()
})

test('in a 2025-era session over stdio, subscribing works as well, until unsubscribed', async () => {
  const told: string[] = []
  const client = new FirstClient({ name: 'listener', version: '1' })
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(params.uri))
  await client.connect(new StdioClientTransport(bridge({ url: server.url, key: server.agent })))
  expect(client.getServerCapabilities()).toMatchObject({ resources: { subscribe: true } })
  await expect(client.subscribeResource({ uri: 'writ://nothing' })).rejects.toMatchObject({ code: -32602 })
  await client.subscribeResource({ uri: POLICIES })
  await expect
    .poll(
      async () => {
        await changePolicy(server.admin)
        return told.length
      },
      { timeout: 8000, interval: 300 },
    )
    .toBeGreaterThan(0)
  await client.unsubscribeResource({ uri: POLICIES })
  await client.close()
})
