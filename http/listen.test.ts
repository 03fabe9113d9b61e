import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { listen, ListenError } from './listen.ts'

const loopback = { host: '127.0.0.1', port: 0 }

test('what runs may finish; nothing new is taken', async () => {
  const server = await listen((_request, response) => void sleep(300).then(() => response.end('done')), loopback)
  const running = fetch(server.url)
  await sleep(50)
  const started = performance.now()
  const stopping = server.stop(5)
  await expect(fetch(server.url)).rejects.toThrow('fetch failed')
  expect(await (await running).text()).toBe('done')
  await stopping
  expect(performance.now() - started).toBeLessThan(3000)
})

test('what does not finish in time is cut', async () => {
  const server = await listen(() => undefined, loopback)
  const hanging = fetch(server.url)
  const ending = hanging.then(
    () => 'answered',
    () => 'cut',
  )
  await sleep(50)
  const started = performance.now()
  await server.stop(0.2)
  expect(await ending).toBe('cut')
  expect(performance.now() - started).toBeLessThan(2000)
})

test('an IPv6 address is written with brackets', async () => {
  const server = await listen((_request, response) => response.end('six'), { host: '::1', port: 0 })
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
  expect(await (await fetch(server.url)).text()).toBe('six')
  await server.stop(1)
})

test('an address that is not ours is one clear sentence', async () => {
  const attempt = listen(() => undefined, { host: '203.0.113.7', port: 0 })
  await expect(attempt).rejects.toThrow(ListenError)
  await expect(attempt).rejects.toThrow('203.0.113.7 is not an address of this machine')
})
