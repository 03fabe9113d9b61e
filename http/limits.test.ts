import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { addressBlock, SlidingLimit } from './limits.ts'
import { testOperations } from './test-operations.ts'
import { testServer, type TestServer } from './test-server.ts'

describe('the sliding limit', () => {
  test('lets exactly the limit through in a minute', () => {
    const limit = new SlidingLimit()
    const allowed = Array.from({ length: 10 }, () => limit.take('a', 6, 1000).allowed)
    expect(allowed.filter(Boolean)).toHaveLength(6)
  })
  test('weighs the minute before by the part that still counts', () => {
    const limit = new SlidingLimit()
    for (let index = 0; index < 10; index += 1) limit.take('a', 10, 59_000)
    expect(limit.take('a', 10, 60_000).allowed).toBe(false)
    const half = Array.from({ length: 10 }, () => limit.take('a', 10, 90_000).allowed)
    expect(half.filter(Boolean)).toHaveLength(5)
  })
  test('forgets after two minutes', () => {
    const limit = new SlidingLimit()
    for (let index = 0; index < 10; index += 1) limit.take('a', 10, 0)
    expect(limit.take('a', 10, 180_000)).toMatchObject({ allowed: true, remaining: 9 })
  })
  test('tells what is left and when the window ends', () => {
    expect(new SlidingLimit().take('a', 10, 45_000)).toEqual({ allowed: true, limit: 10, remaining: 9, reset: 15 })
  })
  test('looks without counting', () => {
    const limit = new SlidingLimit()
    for (let index = 0; index < 5; index += 1) expect(limit.peek('a', 1, 0).allowed).toBe(true)
    expect(limit.take('a', 1, 0).allowed).toBe(true)
    expect(limit.peek('a', 1, 0).allowed).toBe(false)
    expect(limit.peek('a', 1, 180_000).allowed).toBe(true)
  })
  test('keeps callers apart', () => {
    const limit = new SlidingLimit()
    limit.take('a', 1, 0)
    expect(limit.take('b', 1, 0).allowed).toBe(true)
  })
})

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
])('%s is counted as %s', (address, block) => {
  expect(addressBlock(address)).toBe(block)
})

describe('over HTTP', () => {
  let server: TestServer
  let time = new Date('2026-01-01T00:00:00Z')

  beforeAll(async () => {
    server = await testServer(testOperations, {
      now: () => time,
      settings: { rate_limit_unauthenticated: 3, rate_limit_per_key: 5 },
    })
  })
  afterAll(() => server.close())

  const call = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })

  test('calls without a valid key share a limit per address; a valid key is not hit by it', async () => {
    const key = await server.key()
    const statuses: number[] = []
    for (const path of ['/api/things', '/api/nowhere', '/api/public', '/api/things'])
      statuses.push((await call(path)).status)
    expect(statuses).toEqual([401, 404, 200, 429])
    expect((await call('/api/things', { 'x-api-key': key })).status).toBe(200)
    time = new Date(time.getTime() + 180_000)
    expect((await call('/api/public')).status).toBe(200)
  })

  test('a flood of made-up keys stops reaching the database; a key in use goes on', async () => {
    time = new Date(time.getTime() + 180_000)
    const key = await server.key()
    expect((await call('/api/things', { 'x-api-key': key })).status).toBe(200)
    const lookUps = vi.spyOn(server.runtime.db, 'selectFrom')
    const statuses: number[] = []
    for (let n = 0; n < 20; n += 1) statuses.push((await call('/api/things', { 'x-api-key': `writ_bad_${n}` })).status)
    expect(statuses).toEqual([401, 401, 401, ...Array.from({ length: 17 }, () => 429)])
    expect(lookUps.mock.calls.filter(([table]) => (table as unknown) === 'api_key')).toHaveLength(3)
    lookUps.mockRestore()
    time = new Date(time.getTime() + 5000)
    expect((await call('/api/things', { 'x-api-key': key })).status).toBe(200)
    expect((await call('/api/things', { 'x-api-key': await server.key() })).status).toBe(429)
    time = new Date(time.getTime() + 175_000)
    expect((await call('/api/things', { 'x-api-key': await server.key() })).status).toBe(200)
  })

  test('a key has the limit of the instance, with its headers on every answer', async () => {
    time = new Date(time.getTime() + 180_000)
    const key = await server.key()
    const first = await call('/api/things', { 'x-api-key': key })
    expect(first.headers.get('ratelimit')).toBe('"minute";r=4;t=60')
    expect(first.headers.get('x-ratelimit-limit')).toBe('5')
    for (let index = 0; index < 4; index += 1) await call('/api/things', { 'x-api-key': key })
    const over = await call('/api/things', { 'x-api-key': key })
    expect(over.status).toBe(429)
    expect(over.headers.get('retry-after')).toBe('60')
    expect(over.headers.get('x-ratelimit-remaining')).toBe('0')
    expect(await over.json()).toMatchObject({ error: 'Rate limit exceeded. Please slow down.', code: 'rate_limited' })
  })

  test('a limit of the key itself comes first', async () => {
    time = new Date(time.getTime() + 180_000)
    const key = await server.key({ rateLimitPerMinute: 1 })
    expect((await call('/api/things', { 'x-api-key': key })).status).toBe(200)
    expect((await call('/api/things', { 'x-api-key': key })).status).toBe(429)
  })
})
