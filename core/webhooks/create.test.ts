import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { hooked, outside } from './test-receiver.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('201 with a secret that is shown once and kept sealed', async () => {
  const ctx = await admin()
  const { webhook, secret } = await invoke(create, ctx, {
    url: 'https://example.com/hook',
    events: ['task.completed', 'agent.*', 'agent.*'],
    description: 'CI',
  })
  expect(webhook).toMatchObject({ events: ['task.completed', 'agent.*'], active: true, state: 'active', failures: 0 })
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const row = await ctx.db
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('webhook_id', '=', webhook.webhook_id)
    .execute()
  expect(Buffer.from(row[0]?.secret_encrypted ?? '').includes(secret ?? '')).toBe(false)
  expect(JSON.stringify(await invoke(list, ctx, {}))).not.toContain(secret)
})

test.each([
  ['no URL', { url: 'hook' }, 'url: must be a URL'],
  ['http', { url: 'http://example.com/' }, 'url: must be https'],
  ['a password', { url: 'https://a:b@example.com/' }, 'url: must not hold a name or password'],
  ['an address that the port refuses', { url: 'https://10.0.0.1/' }, 'url: it is private'],
  ['an unknown domain', { events: ['weather.changed'] }, 'events.0: there are no events of "weather"'],
  ['no name', { events: ['task.*', 'Task!'] }, 'events.1: must be a name'],
  ['no events', { events: [] }, 'events:'],
])('400 for %s, and nothing is kept', async (_, bad, words) => {
  const judging = await testRuntime({
    ports: { judge: (url) => Promise.resolve(url.hostname === '10.0.0.1' ? 'it is private' : null) },
  })
  const ctx = await (await testOrg(judging.runtime)).as('admin')
  const sent = { url: 'https://example.com/', events: ['task.*'], ...bad }
  await expect(invoke(create, ctx, sent)).rejects.toMatchObject({
    code: 'invalid_input',
    details: [expect.stringContaining(words)],
  })
  expect((await invoke(list, ctx, {})).webhooks).toEqual([])
  await judging.close()
})

test('an idempotency key makes one webhook, also ten times at once, and tells the secret once', async () => {
  const ctx = await admin()
  const made = await Promise.all(
    Array.from({ length: 10 }, () => hooked(ctx, 'https://example.com', { idempotency_key: 'k' })),
  )
  expect(new Set(made.map(({ webhook }) => webhook.webhook_id)).size).toBe(1)
  expect(made.filter(({ secret }) => secret !== null)).toHaveLength(1)
  await expect(hooked(ctx, 'https://example.org', { idempotency_key: 'k' })).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
})

test('of sixty at once fifty are made; the others are a 409', async () => {
  const ctx = await admin()
  const made = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => hooked(ctx, `https://h${n}.example.com`)))
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(50)
  await expect(hooked(ctx, 'https://example.com')).rejects.toMatchObject({ code: 'conflict' })
})

test('403 for a member and for a key that is bound to an agent', async () => {
  const org = await testOrg(server.runtime)
  const bound = await org.as('admin', { agentId: 'a1' })
  for (const ctx of [await org.as('member'), bound]) {
    await expect(hooked(ctx, 'https://example.com')).rejects.toMatchObject({ code: 'forbidden' })
  }
})
