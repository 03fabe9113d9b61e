import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllowList } from '#core/kernel/allow-list'
import { createSafeFetch, type SafeFetch, type SafeFetchOptions } from './safe-fetch.ts'
import { stubServer, type StubServer } from '#core/testing/stub-server'

let inner: StubServer
let stub: StubServer
const opened: SafeFetch[] = []

beforeAll(async () => {
  inner = await stubServer((_request, response) => response.end('inside'))
  stub = await stubServer((request, response) => {
    const to = new URLSearchParams(request.path.split('?')[1]).get('to') ?? ''
    if (request.path.startsWith('/redirect'))
      response.writeHead(Number(request.path.slice(10, 13)), { location: to }).end()
    else if (request.path === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else if (request.path === '/big') response.end(Buffer.alloc(100_000))
    else if (request.path === '/bomb') {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000)))
    } else if (request.path === '/slow-body') response.writeHead(200).write('first')
    else if (request.path === '/silent') response.setTimeout(20_000)
    else response.end(`${request.method} ${request.body}`)
  })
})

afterAll(async () => {
  for (const one of opened) await one.close()
  await Promise.all([stub.close(), inner.close()])
})

function client(options: Partial<SafeFetchOptions> = {}): typeof globalThis.fetch {
  const made = createSafeFetch({ allow: parseAllowList(`127.0.0.1:${stub.port}`), ...options })
  opened.push(made)
  return made.fetch
}

test('a private address is refused unless its host is on the allow list', async () => {
  expect(await (await client()(`${stub.url}/x`)).text()).toBe('GET ')
  const before = inner.received.length
  await expect(client()(`${inner.url}/x`)).rejects.toMatchObject({ name: 'EgressError', reason: 'address' })
  await expect(client({ allow: new Set() })(`http://localhost:${inner.port}/`)).rejects.toMatchObject({
    reason: 'address',
  })
  expect(inner.received.length).toBe(before)
})

test.each([
  'http://0x7f.1',
  'http://2130706433',
  'http://[::1]',
  'http://[::ffff:127.0.0.1]',
  'http://127.1',
  'http://0',
])('the spelling %s is refused like the address it means', async (spelling) => {
  await expect(client()(`${spelling}:${inner.port}/`)).rejects.toMatchObject({ reason: 'address' })
})

test('a body and its method arrive', async () => {
  const answer = await client()(`${stub.url}/echo`, { method: 'POST', body: 'hello' })
  expect(await answer.text()).toBe('POST hello')
})

test('a redirect into a private address is refused', async () => {
  const before = inner.received.length
  for (const to of [inner.url, `http://localhost:${inner.port}/`, 'http://169.254.169.254/latest/meta-data/']) {
    const url = `${stub.url}/redirect/302?to=${encodeURIComponent(to)}`
    await expect(client()(url)).rejects.toMatchObject({ reason: 'address' })
  }
  expect(inner.received.length).toBe(before)
})

test('a redirect to another scheme is refused', async () => {
  const url = `${stub.url}/redirect/302?to=${encodeURIComponent('file:///etc/passwd')}`
  await expect(client()(url)).rejects.toMatchObject({ reason: 'scheme' })
  await expect(client()('ftp://example.com/x')).rejects.toMatchObject({ reason: 'scheme' })
  await expect(client()('http://user:secret@example.com/')).rejects.toThrow(TypeError)
})

test('redirects end after three', async () => {
  await expect(client()(`${stub.url}/loop`)).rejects.toMatchObject({ reason: 'redirect' })
})

test('a caller may want redirects left alone or refused', async () => {
  const url = `${stub.url}/redirect/302?to=/echo`
  expect((await client()(url, { redirect: 'manual' })).status).toBe(302)
  await expect(client()(url, { redirect: 'error' })).rejects.toMatchObject({ reason: 'redirect' })
})

test('307 repeats the body, 303 turns into GET', async () => {
  const to = encodeURIComponent('/echo')
  const kept = await client()(`${stub.url}/redirect/307?to=${to}`, { method: 'POST', body: 'again' })
  expect(await kept.text()).toBe('POST again')
  const turned = await client()(`${stub.url}/redirect/303?to=${to}`, { method: 'POST', body: 'again' })
  expect(await turned.text()).toBe('GET ')
})

test('credentials and signatures do not follow a redirect to another origin', async () => {
  const allow = parseAllowList(`127.0.0.1:${stub.port},127.0.0.1:${inner.port}`)
  const headers = {
    authorization: 'Bearer s',
    'x-api-key': 's',
    'webhook-signature': 'v1,s',
    'content-type': 'text/plain',
  }
  const url = `${stub.url}/redirect/307?to=${encodeURIComponent(`${inner.url}/landing`)}`
  await client({ allow })(url, { method: 'POST', headers, body: 'x' })
  const landed = inner.received.at(-1)
  expect(landed?.body).toBe('x')
  expect(landed?.headers['content-type']).toBe('text/plain')
  for (const name of ['authorization', 'x-api-key', 'webhook-signature']) expect(landed?.headers[name]).toBeUndefined()
})

test('DNS rebinding: a name is judged at each connection, by the address that is used', async () => {
  const answers = [[{ address: '10.0.0.5', family: 4 }], [{ address: '127.0.0.1', family: 4 }]]
  let asked = 0
  const fetch = client({ allow: new Set(), resolve: async () => answers[asked++] ?? [] })
  const before = inner.received.length
  await expect(fetch(`http://rebind.example:${inner.port}/`)).rejects.toMatchObject({ reason: 'address' })
  await expect(fetch(`http://rebind.example:${inner.port}/`)).rejects.toMatchObject({ reason: 'address' })
  expect([asked, inner.received.length]).toEqual([2, before])
})

test('one private address among public ones is enough to refuse', async () => {
  const mixed = ['93.184.215.14', '127.0.0.1'].map((address) => ({ address, family: 4 }))
  const fetch = client({ allow: new Set(), resolve: async () => mixed })
  await expect(fetch('http://mixed.example/')).rejects.toMatchObject({ reason: 'address' })
})

test('the address that was resolved once is the one connected to', async () => {
  let asked = 0
  const resolve = async () => {
    asked += 1
    return [{ address: '127.0.0.1', family: 4 }]
  }
  const fetch = client({ allow: new Set([`pinned.example:${stub.port}`]), resolve })
  expect(await (await fetch(`http://pinned.example:${stub.port}/x`)).text()).toBe('GET ')
  expect(asked).toBe(1)
})

test('an answer larger than the cap is cut, decoded bytes counted', async () => {
  const fetch = client({ maxBytes: 65_536 })
  const big = await fetch(`${stub.url}/big`)
  await expect(big.arrayBuffer()).rejects.toMatchObject({ reason: 'size' })
  const bomb = await fetch(`${stub.url}/bomb`)
  await expect(bomb.arrayBuffer()).rejects.toMatchObject({ reason: 'size' })
})

test('the deadline covers the headers and a body that never ends', async () => {
  const fetch = client({ timeoutMs: 150 })
  await expect(fetch(`${stub.url}/silent`)).rejects.toMatchObject({ reason: 'timeout' })
  const slow = await fetch(`${stub.url}/slow-body`)
  await expect(slow.text()).rejects.toMatchObject({ reason: 'timeout' })
})

test("the caller's own signal ends the body too", async () => {
  const aborting = new AbortController()
  const slow = await client()(`${stub.url}/slow-body`, { signal: aborting.signal })
  setTimeout(() => aborting.abort(new Error('enough')), 50)
  await expect(slow.text()).rejects.toThrow('enough')
})

test('a host that cannot be reached is told as such', async () => {
  const gone = await stubServer(() => undefined)
  await gone.close()
  await expect(client({ allow: new Set(['127.0.0.1']) })(gone.url)).rejects.toMatchObject({ reason: 'unreachable' })
})
