import { expect, test } from 'vitest'
import { Cancellations } from './cancellation.ts'

const call = () =>
  new Request('http://localhost/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'mcp-session-id': 's' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }),
  })
const options = { authInfo: { token: '', clientId: 'key_1', scopes: [], extra: { caller: {} } } }

test('a call that can be cancelled is forgotten when its answer was read', async () => {
  const cancellations = new Cancellations()
  const handler = cancellations.around({ fetch: () => Promise.resolve(new Response('done')) })
  const response = await handler.fetch(call(), options)
  expect(cancellations.size).toBe(1)
  expect(await response.text()).toBe('done')
  expect(cancellations.size).toBe(0)
})

test('and also when the handler throws, or the answer breaks off', async () => {
  const cancellations = new Cancellations()
  const throwing = cancellations.around({ fetch: () => Promise.reject(new Error('no')) })
  await expect(throwing.fetch(call(), options)).rejects.toThrow('no')
  expect(cancellations.size).toBe(0)
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('broken off')) })
  const breaking = cancellations.around({ fetch: () => Promise.resolve(new Response(broken)) })
  await expect((await breaking.fetch(call(), options)).text()).rejects.toThrow('broken off')
  expect(cancellations.size).toBe(0)
})
