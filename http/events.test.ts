import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { EventSources } from './broadcast.ts'
import { testServer, type TestServer } from './test-server.ts'
import { openStream, type StreamReader } from './test-stream.ts'

let server: TestServer
let key: string
let recent: object[] = []
const loads: string[] = []
const open: StreamReader[] = []

const events: EventSources = {
  payloadsOf: (_runtime, _orgId, { name, ref, payload }) => {
    loads.push(`${name} ${ref}`)
    if (name === 'action.broken') return Promise.reject(new Error('row cannot be read'))
    if (name === 'action.many') return Promise.resolve([{ n: 1 }, { n: 2 }, { n: 3 }])
    return Promise.resolve([{ ...payload, ref }])
  },
  recentlySettled: () => Promise.resolve(recent),
}

beforeAll(async () => {
  server = await testServer([], { events })
  key = await server.key({ role: 'member' })
})
afterEach(() => {
  for (const stream of open.splice(0)) stream.close()
  recent = []
})
afterAll(() => server.close())

async function listen(headers: Record<string, string> = {}, path = '/api/stream'): Promise<StreamReader> {
  const stream = await openStream(server.url + path, { 'x-api-key': key, ...headers })
  open.push(stream)
  return stream
}
const event = (ref: string, payload: Record<string, unknown> = {}, name = 'action.updated') => ({ name, ref, payload })

describe('a new listener', () => {
  test('is told that it is connected, and where it stands', async () => {
    const stream = await listen()
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.response.headers.get('cache-control')).toBe('no-cache, no-transform')
    const first = await stream.next()
    expect(first).toMatchObject({ id: null, event: 'connected' })
    expect(first.data).toEqual({
      status: 'ok',
      orgId: 'org_http',
      backend: server.runtime.handle.engine,
      realtimeStatus: 'ok',
      replayed: 0,
      lastEventId: expect.stringMatching(/^\d+$/),
      replayError: null,
    })
  })

  test('is told of events as the object itself, one line each, ended by LF alone', async () => {
    const stream = await listen()
    await stream.next()
    await server.emit([event('act_1', { status: 'running', note: 'two\nlines\r\nand "quotes"' })])
    const told = await stream.next()
    expect(told).toMatchObject({ event: 'action.updated', data: { ref: 'act_1', status: 'running' } })
    expect(told.data['note']).toBe('two\nlines\r\nand "quotes"')
    expect(stream.text()).not.toContain('\r')
    expect(stream.text()).toMatch(/id: \d+\nevent: action\.updated\ndata: \{.*\}\n\n$/)
  })

  test('is first told of what was decided lately, so that no wake-up is lost', async () => {
    recent = [{ action_id: 'act_a', approved_by: 'Ann' }]
    const stream = await listen()
    expect(await stream.next()).toEqual({ id: null, event: 'action.updated', data: recent[0] })
    expect(await stream.next()).toMatchObject({ event: 'connected', data: { replayed: 1 } })
  })

  test('gets all of a large snapshot', async () => {
    recent = Array.from({ length: 500 }, (_, index) => ({ action_id: `act_${index}`, pad: 'x'.repeat(5000) }))
    await server.emit([event('act_x')])
    const stream = await listen()
    await sleep(100)
    for (let index = 0; index < 500; index += 1) expect((await stream.next()).data['action_id']).toBe(`act_${index}`)
    expect((await stream.next()).event).toBe('connected')
  })
})

describe('a listener that comes back', () => {
  async function position(): Promise<number> {
    const stream = await listen()
    return Number((await stream.next()).data['lastEventId'])
  }

  test.each(['header', 'query'])('is told what it missed, in order, by %s', async (way) => {
    const from = await position()
    await server.emit(Array.from({ length: 450 }, (_, index) => event(`act_${index}`)))
    recent = [{ action_id: 'not for one that resumes' }]
    const stream = await (way === 'header'
      ? listen({ 'last-event-id': String(from) })
      : listen({}, `/api/stream?lastEventId=${from}`))
    for (let index = 0; index < 450; index += 1) {
      expect(await stream.next()).toMatchObject({ id: String(from + index + 1), data: { ref: `act_${index}` } })
    }
    expect(await stream.next()).toMatchObject({
      event: 'connected',
      data: { replayed: 450, lastEventId: String(from + 450) },
    })
  })

  test.each(['abc', '-1', '99999999999999'])('is told when its position %j cannot be used', async (id) => {
    const stream = await listen({ 'last-event-id': id })
    expect((await stream.next()).data['replayError']).toMatch(/^The last event id is/)
  })

  test('misses nothing and hears nothing twice while events keep coming', async () => {
    const from = await position()
    let sent = 0
    const until = Date.now() + 800
    const sending = (async () => {
      while (Date.now() < until) await server.emit([event(`n_${(sent += 1)}`), event(`n_${(sent += 1)}`)])
    })()
    const streams: StreamReader[] = []
    while (Date.now() < until - 200) {
      streams.push(await listen({ 'last-event-id': String(from) }))
      await sleep(60)
    }
    await sending
    for (const stream of streams) {
      const refs: unknown[] = []
      while (refs.length < sent) {
        const told = await stream.next()
        if (told.event !== 'connected') refs.push(told.data['ref'])
      }
      expect(refs).toEqual(Array.from({ length: sent }, (_, index) => `n_${index + 1}`))
    }
  })
})

describe('who is told what', () => {
  test('another org hears nothing', async () => {
    await server.org('org_other')
    const other = await listen({ 'x-api-key': await server.key({}, 'org_other') })
    expect((await other.next()).data['orgId']).toBe('org_other')
    await server.emit([event('act_secret')])
    await server.emit([event('act_theirs')], 'org_other')
    expect((await other.next()).data['ref']).toBe('act_theirs')
  })

  test('an agent key hears of its own agent and of the org, not of other agents', async () => {
    const bound = await listen({ 'x-api-key': await server.key({ role: 'member', agentId: 'mine' }) })
    await bound.next()
    await server.emit([event('1', { agent_id: 'other' }), event('2', { agent_id: 'mine' }), event('3')])
    expect((await bound.next()).data['ref']).toBe('2')
    expect((await bound.next()).data['ref']).toBe('3')
  })

  test('a key hears only what it may read, and what stands for no agent is not for an agent key', async () => {
    const narrow = await listen({ 'x-api-key': await server.key({ scopes: ['events:read', 'loops:read'] }) })
    const bound = await listen({ 'x-api-key': await server.key({ role: 'member', agentId: 'mine' }) })
    for (const stream of [narrow, bound]) await stream.next()
    await server.emit([
      event('1', { agent_id: null }, 'guard.decision.created'),
      event('2', { agent_id: 'other' }, 'action.updated'),
      event('3', { agent_id: 'mine' }, 'loop.updated'),
      event('4', {}, 'policy.updated'),
      event('5', {}, 'loop.updated'),
    ])
    expect([(await narrow.next()).data['ref'], (await narrow.next()).data['ref']]).toEqual(['3', '5'])
    const heard = [await bound.next(), await bound.next(), await bound.next()]
    expect(heard.map(({ data }) => data['ref'])).toEqual(['3', '4', '5'])
  })

  test('401 without a key, 403 without the scope', async () => {
    expect((await fetch(`${server.url}/api/stream`)).status).toBe(401)
    const narrow = await server.key({ role: 'member', scopes: ['guard:evaluate'] })
    const refused = await fetch(`${server.url}/api/stream`, { headers: { 'x-api-key': narrow } })
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 403,
      body: { required_scope: 'events:read' },
    })
  })
})

test('one event that stands for several rows becomes several blocks, the last with the id', async () => {
  const stream = await listen()
  await stream.next()
  await server.emit([event('x', {}, 'action.many')])
  const told = [await stream.next(), await stream.next(), await stream.next()]
  expect(told.map(({ data }) => data['n'])).toEqual([1, 2, 3])
  expect(told.map(({ id }) => id !== null)).toEqual([false, false, true])
})

test('an event is loaded once, however many listen', async () => {
  const streams = await Promise.all(Array.from({ length: 20 }, () => listen()))
  for (const stream of streams) await stream.next()
  loads.length = 0
  await server.emit([event('act_once')])
  for (const stream of streams) expect((await stream.next()).data['ref']).toBe('act_once')
  expect(loads).toEqual(['action.updated act_once'])
})

test('an event whose row cannot be read ends the streams, so that clients resume', async () => {
  const stream = await listen()
  await stream.next()
  await server.emit([event('x', {}, 'action.broken')])
  expect(await stream.rest()).toEqual([])
})

describe('time', () => {
  test('a comment every 15 seconds, and the end after 30 minutes', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    let now = Date.now()
    const timed = await testServer([], { events, now: () => new Date(now) })
    try {
      const stream = await openStream(`${timed.url}/api/stream`, { 'x-api-key': await timed.key() })
      await stream.next()
      vi.advanceTimersByTime(15_000)
      now += 30 * 60_000 - 1
      vi.advanceTimersByTime(15_000)
      now += 1
      vi.advanceTimersByTime(15_000)
      expect(await stream.rest()).toEqual([])
      expect(stream.text().match(/: heartbeat\n\n/g)).toHaveLength(2)
    } finally {
      vi.useRealTimers()
      await timed.close()
    }
  })

  test('a revoked key loses its stream at the next heartbeat', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    let now = Date.now()
    const timed = await testServer([], { events, now: () => new Date(now) })
    try {
      const stream = await openStream(`${timed.url}/api/stream`, { 'x-api-key': await timed.key() })
      await stream.next()
      await timed.runtime.db
        .updateTable('api_key')
        .set({ revoked_at: new Date(now) })
        .execute()
      now += 15_000
      vi.advanceTimersByTime(15_000)
      expect(await stream.rest()).toEqual([])
    } finally {
      vi.useRealTimers()
      await timed.close()
    }
  })
})

test('HEAD opens no stream', async () => {
  const response = await fetch(`${server.url}/api/stream`, { method: 'HEAD', headers: { 'x-api-key': key } })
  expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({
    status: 200,
    type: 'text/event-stream',
  })
})
