import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { eventHub } from '#core/events/index'
import { keyCache } from '#core/keys/index'
import { mcpListener } from './streamable.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

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
