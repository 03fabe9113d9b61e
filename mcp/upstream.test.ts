import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testServer, type TestServer } from './test-server.ts'
import { Upstream, UpstreamError, type UpstreamOptions } from './upstream.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

async function failureOf(options: Pick<UpstreamOptions, 'url' | 'toolsets'>): Promise<unknown> {
  const upstream = new Upstream({ apiKey: server.agent, version: '0.0.0', ...options })
  const { signal } = new AbortController()
  const failure: unknown = await upstream.request({ method: 'tools/list', params: {}, signal }).catch((error) => error)
  await upstream.close()
  return failure
}

test('a toolset that does not exist is told with those that do, not as a server that is gone', async () => {
  const failure = await failureOf({ url: server.url, toolsets: 'nope' })
  expect(failure).toBeInstanceOf(UpstreamError)
  expect((failure as Error).message).toMatch(/Unknown toolset: nope; .*default.*not allowed/)
})

test('an address where something else answers is told as that', async () => {
  const other = createServer((_, response) => response.writeHead(404).end('<h1>Not here</h1>'))
  await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready))
  const failure = await failureOf({ url: `http://127.0.0.1:${(other.address() as AddressInfo).port}` })
  expect((failure as Error).message).toMatch(/no Writ server.*not allowed/)
  await new Promise((closed) => other.close(closed))
})
