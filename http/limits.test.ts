import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { knownSettings } from '#core/settings/index'
import { testEngine } from '#core/testing/database'
import { addressBlock } from './limits.ts'
import { testOperations } from './test-operations.ts'
import { testServer, type TestServer } from './test-server.ts'

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

test('behind a trusted proxy each caller has a count of its own; elsewhere the header says nothing', async () => {
  for (const [trusted_proxies, third] of [
    ['loopback', 401],
    ['', 429],
  ] as const) {
    const proxied = await testServer(testOperations, { settings: { rate_limit_unauthenticated: 2, trusted_proxies } })
    const from = async (address: string): Promise<number> =>
      (await fetch(`${proxied.url}/api/things`, { headers: { 'x-forwarded-for': `1.2.3.4, ${address}` } })).status
    expect([await from('203.0.113.1'), await from('203.0.113.1')]).toEqual([401, 401])
    expect(await from('203.0.113.2')).toBe(third)
    expect(await from('203.0.113.1')).toBe(429)
    await proxied.close()
  }
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

  const limitOrg = async (orgId: string, limit: number): Promise<void> => {
    const row = { key: 'rate_limit_per_minute', value: String(limit), updated_at: time, updated_by: 'test' }
    await server.runtime.db
      .insertInto('org_setting')
      .values({ org_id: orgId, ...row })
      .execute()
    server.runtime.use(knownSettings).forget(orgId)
  }

  test('keys of one org share its limit; what it refuses uses up nothing of a key; other orgs are not hit', async () => {
    time = new Date(time.getTime() + 180_000)
    await server.org('org_limited')
    await server.org('org_free')
    await limitOrg('org_limited', 4)
    const [first, second] = [await server.key({}, 'org_limited'), await server.key({}, 'org_limited')]
    const answers: Response[] = []
    for (const key of [first, second, first, second, first, second]) {
      answers.push(await call('/api/things', { 'x-api-key': key }))
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 429])
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['3', '2', '1', '0', '0', '0'])
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-limit'))).toEqual(['4', '4', '4', '4', '4', '4'])
    expect(answers[5]?.headers.get('retry-after')).toBe('60')
    expect((await call('/api/things', { 'x-api-key': await server.key({}, 'org_free') })).status).toBe(200)
    time = new Date(time.getTime() + 120_000)
    const next = await call('/api/things', { 'x-api-key': first })
    expect([next.status, next.headers.get('x-ratelimit-remaining')]).toEqual([200, '3'])
  })

  test('the tighter of two limits is told', async () => {
    time = new Date(time.getTime() + 180_000)
    await server.org('org_wide')
    await limitOrg('org_wide', 100)
    const answer = await call('/api/things', { 'x-api-key': await server.key({}, 'org_wide') })
    expect(answer.headers.get('ratelimit-policy')).toBe('"minute";q=5;w=60')
  })

  test('a rotated key goes on with the count of the one before', async () => {
    time = new Date(time.getTime() + 180_000)
    const key = await server.key({ rateLimitPerMinute: 2 })
    const { lineage } = await server.runtime.db
      .selectFrom('api_key')
      .select('lineage')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    const next = await server.key({ rateLimitPerMinute: 2, lineage })
    const statuses: number[] = []
    for (const one of [key, next, key, next]) statuses.push((await call('/api/things', { 'x-api-key': one })).status)
    expect(statuses).toEqual([200, 200, 429, 429])
  })

  test('of forty calls at once exactly the limit is let through', async () => {
    time = new Date(time.getTime() + 180_000)
    const key = await server.key({ rateLimitPerMinute: 12 })
    const all = await Promise.all(Array.from({ length: 40 }, () => call('/api/things', { 'x-api-key': key })))
    expect(all.filter(({ status }) => status === 200)).toHaveLength(12)
  })
})

test.runIf(testEngine() === 'postgres')(
  'two servers on one database: together near the limit, and not above it once they have heard of each other',
  async () => {
    const settings = { rate_limit_per_key: 40 }
    // One minute, so that the run cannot fall on its end.
    const time = new Date('2026-01-01T00:00:10Z')
    const now = () => time
    const first = await testServer(testOperations, { settings, now })
    const second = await testServer(testOperations, { settings, now, beside: first })
    try {
      const key = await first.key()
      const statuses: number[] = []
      const through = (): number => statuses.filter((status) => status === 200).length
      const told = async (): Promise<number> => {
        const rows = await first.runtime.db
          .selectFrom('rate_usage')
          .select('used')
          .where('key', 'like', 'caller %')
          .execute()
        return rows.reduce((sum, { used }) => sum + used, 0)
      }
      for (let round = 0; round < 12; round += 1) {
        const calls = [first, second].flatMap(({ url }) => Array.from({ length: 5 }, () => url))
        const answers = await Promise.all(
          calls.map((url) => fetch(`${url}/api/things`, { headers: { 'x-api-key': key } })),
        )
        statuses.push(...answers.map(({ status }) => status))
        // Until both have told the other by themselves, however slow the machine is.
        await vi.waitFor(async () => expect(await told()).toBe(through()), { timeout: 20_000, interval: 50 })
      }
      // Without the exchange it would be 80. Overshoot: what the other let through since the last exchange.
      expect(through()).toBeGreaterThanOrEqual(40)
      expect(through()).toBeLessThanOrEqual(40 + 25)
      expect(new Set(statuses.slice(-10))).toEqual(new Set([429]))
    } finally {
      await second.close()
      await first.close()
    }
  },
)
