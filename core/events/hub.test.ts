import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#core/db/index'
import { silentLog } from '../kernel/log.ts'
import { Runtime } from '../kernel/runtime.ts'
import { testOrg, testRuntime, type TestRuntime } from '../testing/context.ts'
import { testEngine } from '../testing/database.ts'
import { emitEvents } from './emit.ts'
import { eventHub, type StoredEvent } from './hub.ts'
import { sweepEvents } from './sweep.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function emit(orgId: string, ref: string, count = 1): Promise<void> {
  const drafts = Array.from({ length: count }, (_, n) => ({
    name: 'test.made',
    ref: `${ref}${n || ''}`,
    payload: { n },
  }))
  await server.runtime.db.transaction().execute((trx) => emitEvents(trx, orgId, server.runtime.now(), drafts))
}

async function until(condition: () => boolean, ms = 5000): Promise<void> {
  const end = performance.now() + ms
  while (!condition() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}

test('fifty parallel transactions get places without gap or double; one that fails leaves no hole', async () => {
  const { orgId } = await testOrg(server.runtime)
  const hub = server.runtime.use(eventHub)
  const from = await hub.head(orgId)
  const writes = Array.from({ length: 50 }, (_, n) =>
    server.runtime.db.transaction().execute(async (trx) => {
      await emitEvents(trx, orgId, server.runtime.now(), [{ name: 'test.made', ref: `r${n}`, payload: {} }])
      if (n % 5 === 0) throw new Error('rolled back')
    }),
  )
  await Promise.allSettled(writes)
  const events = await hub.since(orgId, from)
  expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 40 }, (_, n) => from + n + 1))
  expect(await hub.head(orgId)).toBe(from + 40)
})

test('a listener is told every event after its start once and in order, while many are written', async () => {
  const { orgId } = await testOrg(server.runtime)
  const hub = server.runtime.use(eventHub)
  const writing = (wave: string) =>
    Array.from({ length: 15 }, async (_, n) => {
      await emit(orgId, `${wave}${n}-`, 3)
      hub.nudge(orgId)
    })
  const before = writing('before')
  const heard: number[] = []
  const { from, unsubscribe } = await hub.subscribe(orgId, (event) => heard.push(event.seq))
  await Promise.all([...before, ...writing('after')])
  const head = await hub.head(orgId)
  expect(head - from).toBeGreaterThanOrEqual(45)
  await until(() => heard.length === head - from)
  expect(heard).toEqual(Array.from({ length: head - from }, (_, n) => from + n + 1))
  unsubscribe()
  await emit(orgId, 'after')
  hub.nudge(orgId)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(heard.at(-1)).toBe(head)
})

test('subscribing before reading misses nothing: what is written in between is in one of the two', async () => {
  const { orgId } = await testOrg(server.runtime)
  const hub = server.runtime.use(eventHub)
  const live: StoredEvent[] = []
  const { from, unsubscribe } = await hub.subscribe(orgId, (event) => live.push(event))
  await emit(orgId, 'between')
  hub.nudge(orgId)
  await until(() => live.length === 1)
  const stored = await hub.since(orgId, 0)
  expect(stored.filter((event) => event.seq > from).map((event) => event.ref)).toEqual(['between'])
  expect(live).toEqual(stored.slice(-1))
  unsubscribe()
})

test('who resumes gets what was missed, page by page, and no event of another org', async () => {
  const { orgId } = await testOrg(server.runtime)
  const other = await testOrg(server.runtime)
  const hub = server.runtime.use(eventHub)
  const from = await hub.head(orgId)
  await emit(orgId, 'mine', 7)
  await emit(other.orgId, 'theirs', 3)
  const first = await hub.since(orgId, from, 5)
  const second = await hub.since(orgId, first.at(-1)?.seq ?? 0, 5)
  expect([first.length, second.length]).toEqual([5, 2])
  expect([...first, ...second].every((event) => event.ref?.startsWith('mine'))).toBe(true)
})

test('a listener that fails does not keep the others from hearing', async () => {
  const { orgId } = await testOrg(server.runtime)
  const hub = server.runtime.use(eventHub)
  const heard: string[] = []
  const bad = await hub.subscribe(orgId, () => {
    throw new Error('broken listener')
  })
  const good = await hub.subscribe(orgId, (event) => heard.push(event.ref ?? ''))
  await emit(orgId, 'one')
  hub.nudge(orgId)
  await until(() => heard.length === 1)
  bad.unsubscribe()
  good.unsubscribe()
})

test('events are kept for a day, and the places go on after they are gone', async () => {
  const { orgId } = await testOrg(server.runtime)
  const hub = server.runtime.use(eventHub)
  await emit(orgId, 'old')
  const head = await hub.head(orgId)
  server.advance(25 * 3_600_000)
  await Promise.all([sweepEvents(server.runtime), sweepEvents(server.runtime)])
  expect(await hub.since(orgId, 0)).toEqual([])
  await emit(orgId, 'new')
  expect(await hub.since(orgId, 0)).toMatchObject([{ seq: head + 1, ref: 'new' }])
})

// The embedded database belongs to one process and one runtime, so there is nobody to tell.
test.skipIf(testEngine() === 'embedded')(
  'two servers on one PostgreSQL database hear each other within a second',
  async () => {
    const { url } = server.database
    if (url === undefined) throw new Error('This engine has no address.')
    const { settings, ports, now } = server.runtime
    const second = new Runtime({ handle: await openDatabase({ url }), settings, ports, now, log: silentLog })
    const { orgId } = await testOrg(server.runtime)
    const heard: string[] = []
    const { unsubscribe } = await second.use(eventHub).subscribe(orgId, (event) => heard.push(event.ref ?? ''))
    await new Promise((resolve) => setTimeout(resolve, 200))
    const started = performance.now()
    await emit(orgId, 'from the first')
    server.runtime.use(eventHub).nudge(orgId)
    await until(() => heard.length === 1)
    expect(performance.now() - started).toBeLessThan(1000)
    unsubscribe()
    await second.close()
  },
)
