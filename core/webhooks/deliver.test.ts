import { createHmac, timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { Runtime } from '#core/kernel/runtime'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { deriveDeliveries } from './derive.ts'
import { get } from './get.op.ts'
import { rotateSecret } from './rotate-secret.op.ts'
import { webhookSender } from './sender.ts'
import { deliver, emit, hooked, logOf, outside, receiver } from './test-receiver.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

async function setUp(answer?: Parameters<typeof receiver>[0], more: Parameters<typeof hooked>[2] = {}) {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const at = await receiver(answer)
  const { webhook, secret } = await hooked(ctx, at.url, more)
  const id = webhook.webhook_id
  const shown = async () => (await invoke(get, ctx, { webhook_id: id })).webhook
  return { ctx, at, id, secret: secret ?? '', shown }
}

test('an event arrives with both signatures, its id and its place in the order', async () => {
  const { ctx, at, secret } = await setUp()
  await emit(ctx, 1)
  await deliver(server.runtime)
  const [sent] = at.received
  if (!sent) throw new Error('nothing was sent')
  expect(JSON.parse(sent.body)).toEqual({
    event: 'task.completed',
    timestamp: expect.any(String),
    data: { task_id: 'task_0', agent_id: 'a1', status: 'completed' },
  })
  expect(new Webhook(secret).verify(sent.body, sent.headers as Record<string, string>)).toBeTruthy()
  const digest = `sha256=${createHmac('sha256', secret).update(sent.body).digest('hex')}`
  expect(timingSafeEqual(Buffer.from(String(sent.headers['x-clawmit-signature'])), Buffer.from(digest))).toBe(true)
  expect(Number(sent.headers['x-writ-sequence'])).toBeGreaterThan(0)
  await deliver(server.runtime)
  expect(at.received).toHaveLength(1)
  await at.close()
})

test('only what the filters name is sent, in order, also while it is written by parallel callers', async () => {
  const { ctx, at } = await setUp(undefined, { events: ['agent.*', 'task.failed'] })
  await Promise.all([emit(ctx, 3, 'task.failed'), emit(ctx, 5, 'task.created'), emit(ctx, 2, 'agent.paused')])
  await invoke(createAgent, ctx, { agent_id: 'a1' })
  await deliver(server.runtime)
  const names = at.received.map(({ body }) => (JSON.parse(body) as { event: string }).event)
  expect(names.toSorted()).toEqual([
    'agent.paused',
    'agent.paused',
    'agent.registered',
    'task.failed',
    'task.failed',
    'task.failed',
  ])
  await at.close()
})

describe('a receiver that', () => {
  test.each<[string, Parameters<typeof receiver>[0], number | null]>([
    ['answers 500', (response) => response.writeHead(500).end(), 500],
    ['redirects', (response) => response.writeHead(302, { location: '/elsewhere' }).end(), 302],
    ['resets the connection', (response) => response.socket?.resetAndDestroy(), null],
    ['never answers', () => undefined, null],
  ])('%s is tried again later, under the same id, until it accepts', async (_, bad, status) => {
    const { ctx, at, id, shown } = await setUp((response, request, nth) =>
      nth <= 2 ? bad?.(response, request, nth) : response.end(),
    )
    await emit(ctx, 1)
    await deliver(server.runtime)
    expect(at.received).toHaveLength(1)
    expect((await logOf(ctx, id))[0]).toMatchObject({ state: 'pending', attempts: 1, tries: [{ status }] })
    expect(await shown()).toMatchObject({ failures: 1, state: 'active' })
    await deliver(server.runtime)
    expect(at.received).toHaveLength(1)
    for (const seconds of [7, 37]) {
      server.advance(seconds * 1000)
      await deliver(server.runtime)
    }
    expect((await logOf(ctx, id))[0]).toMatchObject({ state: 'delivered', attempts: 3, next_at: null })
    expect(new Set(at.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(at.received.every(({ path }) => path === '/hook')).toBe(true)
    expect(await shown()).toMatchObject({ failures: 0, failing_since: null })
    await at.close()
  })

  test('answers 410 is called no more, which is told; set active again it gets what waited', async () => {
    const { ctx, at, id, shown } = await setUp((response, _, nth) => response.writeHead(nth === 1 ? 410 : 200).end())
    await emit(ctx, 3)
    await deliver(server.runtime)
    const before = at.received.length
    expect(await shown()).toMatchObject({
      state: 'disabled',
      active: false,
      state_reason: expect.stringContaining('410'),
    })
    await emit(ctx, 1)
    server.advance(3_600_000)
    await deliver(server.runtime)
    expect(at.received).toHaveLength(before)
    const events = ctx.db.selectFrom('event').select('name').where('ref', '=', id).orderBy('seq')
    expect((await events.execute()).map(({ name }) => name)).toEqual(['webhook.created', 'webhook.disabled'])
    at.answer = (response) => response.end()
    await invoke(update, ctx, { webhook_id: id, active: true })
    await deliver(server.runtime)
    const log = await logOf(ctx, id)
    expect(log.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered', 'delivered'])
    await at.close()
  })

  test('answers 429 has the rest it asked for, with all of its deliveries', async () => {
    const { ctx, at, shown } = await setUp((response, _, nth) =>
      nth === 1 ? response.writeHead(429, { 'retry-after': '120' }).end() : response.end(),
    )
    await emit(ctx, 1)
    await deliver(server.runtime)
    await emit(ctx, 2)
    server.advance(100_000)
    await deliver(server.runtime)
    expect(at.received).toHaveLength(1)
    expect((await shown()).held_until).not.toBeNull()
    server.advance(21_000)
    await deliver(server.runtime)
    expect(at.received).toHaveLength(4)
    await at.close()
  })

  test('is dead is paused once an event used up its attempts, which is told; what waits is kept', async () => {
    const { ctx, at, id, shown } = await setUp((response) => response.writeHead(503).end())
    await emit(ctx, 1)
    for (let n = 0; n < 10; n += 1) {
      await deliver(server.runtime)
      server.advance(11 * 3_600_000)
    }
    expect(at.received).toHaveLength(10)
    expect((await logOf(ctx, id))[0]).toMatchObject({ state: 'failed', attempts: 10 })
    expect(await shown()).toMatchObject({ state: 'paused', state_reason: expect.stringContaining('503') })
    const events = ctx.db.selectFrom('event').select(['name', 'payload']).where('ref', '=', id).orderBy('seq', 'desc')
    expect((await events.execute())[0]).toMatchObject({ name: 'webhook.paused', payload: { webhook_id: id } })
    await emit(ctx, 2)
    at.answer = (response) => response.end()
    await invoke(update, ctx, { webhook_id: id, active: true })
    await deliver(server.runtime)
    expect(at.received).toHaveLength(12)
    await at.close()
  })

  test('sends an endless answer is not read to its end: its status counts', async () => {
    const { ctx, at, id } = await setUp((response) => {
      response.writeHead(200)
      const pour = (): void => void (response.destroyed || response.write('x'.repeat(64_000), pour))
      pour()
    })
    await emit(ctx, 1)
    await deliver(server.runtime)
    expect((await logOf(ctx, id))[0]).toMatchObject({ state: 'delivered' })
    await at.close()
  })
})

test('after a rotation both secrets verify until the overlap ends; then the new one alone', async () => {
  const { ctx, at, id, secret } = await setUp()
  const rotated = await invoke(rotateSecret, ctx, { webhook_id: id, overlap_minutes: 60 })
  expect(rotated.secret).not.toBe(secret)
  const signatures = async () => {
    await emit(ctx, 1)
    await deliver(server.runtime)
    return String(at.received.at(-1)?.headers['webhook-signature']).split(' ')
  }
  const during = await signatures()
  expect(during).toHaveLength(2)
  const sent = at.received.at(-1)
  const stamp = new Date(Number(sent?.headers['webhook-timestamp']) * 1000)
  const signed = [String(sent?.headers['webhook-id']), stamp, sent?.body ?? ''] as const
  expect(during).toEqual([new Webhook(rotated.secret).sign(...signed), new Webhook(secret).sign(...signed)])
  server.advance(61 * 60_000)
  expect(await signatures()).toHaveLength(1)
  await at.close()
})

test('five replicas at once: no delivery is made twice and none is on its way twice at a time', async () => {
  const { ctx, at } = await setUp()
  const { handle, settings, ports, log } = server.runtime
  const shared = { ...handle, close: () => Promise.resolve() }
  const replicas = Array.from(
    { length: 5 },
    () => new Runtime({ handle: shared, settings, ports, log, now: server.runtime.now }),
  )
  const open = new Map<string, number>()
  let doubled = 0
  at.answer = (response, { headers }) => {
    const id = String(headers['webhook-id'])
    open.set(id, (open.get(id) ?? 0) + 1)
    if ((open.get(id) ?? 0) > 1) doubled += 1
    setTimeout(() => {
      open.set(id, (open.get(id) ?? 1) - 1)
      response.end()
    }, 5)
  }
  await emit(ctx, 150)
  await Promise.all(replicas.map(deliver))
  await Promise.all(replicas.map(deliver))
  expect(at.received).toHaveLength(150)
  expect(doubled).toBe(0)
  for (const replica of replicas) await replica.close()
  await at.close()
})

test('a server that dies on the way: its deliveries are sent again after the lease, under the same ids', async () => {
  const { ctx, at, id } = await setUp(() => undefined)
  const { handle, settings, log, now } = server.runtime
  // It sends, and never hears, settles or releases: as a process that was killed.
  const ports = { fetch: ((...args: Parameters<typeof fetch>) => fetch(...args).then(never, never)) as typeof fetch }
  const dying = new Runtime({ handle: { ...handle, close: () => Promise.resolve() }, settings, ports, log, now })
  await emit(ctx, 3)
  await deriveDeliveries(dying)
  await dying.use(webhookSender).kick()
  await expect.poll(() => at.received.length).toBe(3)
  at.answer = (response) => response.end()
  await deliver(server.runtime)
  expect(at.received).toHaveLength(3)
  server.advance(31_000)
  await deliver(server.runtime)
  expect(at.received).toHaveLength(6)
  expect(new Set(at.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3)
  expect((await logOf(ctx, id)).every(({ state, attempts }) => state === 'delivered' && attempts === 2)).toBe(true)
  await at.close()
})

const never = () => new Promise<never>(() => undefined)

test('a closing server gives back what is on its way, without counting it', async () => {
  const { ctx, at, id } = await setUp(() => undefined)
  const { handle, settings, ports, log, now } = server.runtime
  const closing = new Runtime({ handle: { ...handle, close: () => Promise.resolve() }, settings, ports, log, now })
  await emit(ctx, 1)
  await deriveDeliveries(closing)
  await closing.use(webhookSender).kick()
  await expect.poll(() => at.received.length).toBe(1)
  await closing.close()
  expect((await logOf(ctx, id))[0]).toMatchObject({ state: 'pending', attempts: 0 })
  at.answer = (response) => response.end()
  await deliver(server.runtime)
  expect((await logOf(ctx, id))[0]).toMatchObject({ state: 'delivered', attempts: 1 })
  await at.close()
})
