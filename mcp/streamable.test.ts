import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { eventHub } from '#core/events/index'
import { keyCache } from '#core/keys/index'
import { mcpListener } from './streamable.ts'
import { firstClient } from './test-clients.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

const era = '2026-07-28'

/** A 2026-era tool call without a client library, from a client that asked for no progress. */
async function modernCall(name: string, given: object): Promise<{ type: string | null; text: string }> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': era,
    'io.modelcontextprotocol/clientInfo': { name: 'Raw client', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const response = await fetch(new URL('/mcp', server.url), {
    method: 'POST',
    headers: {
      'x-api-key': server.agent,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': era,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: given, _meta },
    }),
  })
  return { type: response.headers.get('content-type'), text: await response.text() }
}

test('a tool that may wait for a person answers on a stream that is kept alive, others at once', async () => {
  const waiting = await modernCall('writ_wait_for_approval', { action_id: 'act_nothing' })
  expect(waiting.type).toContain('text/event-stream')
  expect(waiting.text).toContain('Action not found')
  const quick = await modernCall('writ_guard', { action_type: 'x' })
  expect(quick.type).toContain('application/json')
})

test('a 2026-era client over HTTP speaks under its own name when none is given', async () => {
  const { text } = await modernCall('writ_record', { action_type: 'x', declared_goal: 'Look around' })
  expect(JSON.parse(text)).toMatchObject({
    result: { structuredContent: { action: { agent_id: 'Raw-client', status: 'running' } } },
  })
})

test('a 2025-era client over HTTP speaks under the name of its handshake', async () => {
  const client = await firstClient({ url: server.url, key: server.agent }, 'http')
  const { body } = await client.call('writ_record', { action_type: 'x', declared_goal: 'Look around' })
  expect(body).toMatchObject({ action: { agent_id: 'test-client', status: 'running' } })
  await client.close()
})

test('a subscriber who hangs up before the subscription stands leaves nothing behind', async () => {
  const hub = server.runtime.use(eventHub)
  const subscribe = hub.subscribe.bind(hub)
  const subscribed = { begun: 0, ended: 0 }
  vi.spyOn(hub, 'subscribe').mockImplementation(async (orgId, listener) => {
    subscribed.begun += 1
    const { from, unsubscribe } = await subscribe(orgId, listener)
    const end = (): void => {
      subscribed.ended += 1
      unsubscribe()
    }
    return { from, unsubscribe: end }
  })
  const actor = await server.runtime.use(keyCache).actorOf(server.agent)
  const listener = mcpListener(server.runtime)
  const served: Promise<void>[] = []
  const hasty = createServer((request, response) => {
    served.push(listener(request, response, { actor, requestId: 'req_1' }))
    response.destroy()
  })
  await new Promise<void>((ready) => hasty.listen(0, '127.0.0.1', ready))
  const url = `http://127.0.0.1:${(hasty.address() as AddressInfo).port}/mcp`
  const headers = { 'mcp-method': 'subscriptions/listen', 'content-type': 'application/json' }
  await expect(fetch(url, { method: 'POST', headers, body: '{}' })).rejects.toThrow('fetch failed')
  await Promise.all(served)
  expect(served).toHaveLength(1)
  expect(subscribed).toEqual({ begun: 1, ended: 1 })
  await new Promise((closed) => hasty.close(closed))
})
