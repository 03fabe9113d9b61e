import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { collect } from '#core/telemetry/collect.op'
import { pause } from '#core/agents/pause.op'
import { testServer, type TestServer } from './test-server.ts'
import { openStream } from './test-stream.ts'

let server: TestServer
let key: string
const open: WebSocket[] = []

beforeAll(async () => {
  server = await testServer([collect, pause])
  key = await server.key({ role: 'member' })
})
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate()
})
afterAll(() => server.close())

interface Message {
  readonly event: string
  readonly id?: string
  readonly data: Record<string, unknown>
}

interface Client {
  readonly socket: WebSocket
  next(): Promise<Message>
  /** Passes over messages until one of this name. */
  until(event: string): Promise<Message>
}

async function listen(headers: Record<string, string> = {}, { url = server.url, query = '' } = {}): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws${query}`, { headers: { 'x-api-key': key, ...headers } })
  open.push(socket)
  const waiting: Message[] = []
  let wake: () => void = () => undefined
  socket.on('message', (bytes: Buffer) => {
    waiting.push(JSON.parse(bytes.toString()) as Message)
    wake()
  })
  await once(socket, 'open')
  const next = async (): Promise<Message> => {
    while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return waiting.shift() as Message
  }
  const until = async (event: string): Promise<Message> => {
    for (;;) {
      const message = await next()
      if (message.event === event) return message
    }
  }
  return { socket, next, until }
}

async function refusal(headers: Record<string, string>, url = server.url): Promise<number | undefined> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers })
  open.push(socket)
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }]
  return response.statusCode
}

const event = (ref: string, payload: Record<string, unknown> = {}, name = 'action.updated') => ({ name, ref, payload })

async function report(...events: readonly object[]): Promise<void> {
  const response = await fetch(`${server.url}/api/telemetry`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  })
  expect(response.status).toBe(200)
}

test('a client is told that it is connected, then of events, then resumes without a gap', async () => {
  const first = await listen()
  expect(await first.next()).toMatchObject({ event: 'connected', data: { orgId: 'org_http', replayed: 0 } })
  await server.emit([event('1', { note: 'a "b"\n' })])
  const told = await first.next()
  expect(told).toEqual({ event: 'action.updated', id: expect.any(String), data: { note: 'a "b"\n' } })
  first.socket.terminate()
  await server.emit([event('2', { n: 2 }), event('3', { n: 3 })])
  const again = await listen({}, { query: `?lastEventId=${told.id}` })
  expect([(await again.next()).data, (await again.next()).data]).toEqual([{ n: 2 }, { n: 3 }])
  expect(await again.next()).toMatchObject({ event: 'connected', data: { replayed: 2 } })
})

test('what agents do is told as it changes: heartbeat, cost, error', async () => {
  const client = await listen()
  await client.until('connected')
  await report(
    { type: 'heartbeat', agent_id: 'live', status: 'running' },
    { type: 'cost', agent_id: 'live', cost_usd: 0.5 },
  )
  expect((await client.until('agent.changed')).data).toMatchObject({
    agent_id: 'live',
    status: 'running',
    cost_usd: 0.5,
  })
  await report(
    { type: 'status_change', agent_id: 'live', status: 'error' },
    { type: 'error', agent_id: 'live', error: 'x' },
  )
  expect((await client.until('agent.changed')).data).toMatchObject({
    agent_id: 'live',
    status: 'error',
    error_count: 1,
  })
})

test('an event stream is told the same where it asks for it, and only there', async () => {
  const headers = { 'x-api-key': key }
  const streams = await Promise.all(
    ['?pulse=1', ''].map((query) => openStream(`${server.url}/api/stream${query}`, headers)),
  )
  for (const stream of streams) expect(await stream.next()).toMatchObject({ event: 'connected' })
  await report({ type: 'cost', agent_id: 'streamed', cost_usd: 0.25 })
  const told = await streams[0]?.next()
  expect(told).toMatchObject({ event: 'agent.changed', id: null, data: { agent_id: 'streamed', cost_usd: 0.25 } })
  await server.emit([event('1', { n: 1 })])
  expect(await streams[1]?.next()).toMatchObject({ event: 'action.updated' })
  for (const stream of streams) stream.close()
})

test('the same filter as for event streams: agent keys hear of their agent, nobody of another org', async () => {
  await server.org('org_socket')
  const bound = await listen({ 'x-api-key': await server.key({ role: 'member', agentId: 'mine' }) })
  const other = await listen({ 'x-api-key': await server.key({}, 'org_socket') })
  for (const client of [bound, other]) await client.until('connected')
  await report({ type: 'heartbeat', agent_id: 'theirs' }, { type: 'heartbeat', agent_id: 'mine' })
  expect((await bound.until('agent.changed')).data['agent_id']).toBe('mine')
  await server.emit([event('1', { agent_id: 'theirs' }), event('2', { agent_id: 'mine' })])
  await server.emit([event('3')], 'org_socket')
  expect((await bound.until('action.updated')).data).toEqual({ agent_id: 'mine' })
  expect(await other.next()).toMatchObject({ event: 'action.updated', data: {} })
})

describe('refusals', () => {
  test('401 without a key, 403 without the scope or with a foreign origin, 426 without a handshake', async () => {
    expect(await refusal({})).toBe(401)
    expect(await refusal({ 'x-api-key': await server.key({ role: 'member', scopes: ['guard:evaluate'] }) })).toBe(403)
    expect(await refusal({ 'x-api-key': key, origin: 'https://evil.example' })).toBe(403)
    expect((await fetch(`${server.url}/ws`)).status).toBe(426)
  })

  test('a handshake that is none is answered, and a wish to change the protocol elsewhere is passed over', async () => {
    const raw = async (path: string, lines: readonly string[]): Promise<string> => {
      const socket = connect(server.port, '127.0.0.1')
      socket.write([`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', `x-api-key: ${key}`, ...lines, '', ''].join('\r\n'))
      const [bytes] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return bytes.toString().split('\r\n', 1)[0] ?? ''
    }
    expect(await raw('/ws', ['Connection: Upgrade', 'Upgrade: websocket'])).toContain('400')
    expect(await raw('/api/openapi.json', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c'])).toContain('200')
  })
})

test('a reader that does not read is cut at a bounded buffer, and the others hear on', async () => {
  const slow = await listen()
  const good = await listen()
  for (const client of [slow, good]) await client.until('connected')
  const gone = once(slow.socket, 'close')
  slow.socket.pause()
  let heard = 0
  for (let n = 0; n < 400; n += 1) {
    await server.emit([event(`${n}`, { n, pad: 'x'.repeat(100_000) })])
    heard += (await good.until('action.updated')).data['n'] === n ? 1 : 0
  }
  slow.socket.resume()
  const [code] = (await gone) as [number]
  expect([heard, code]).toEqual([400, 1006])
})

test('who does not answer a ping is cut, who answers stays; a server that stops says goodbye', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const timed = await testServer([])
  try {
    const headers = { 'x-api-key': await timed.key() }
    const [dead, alive] = [await listen(headers, { url: timed.url }), await listen(headers, { url: timed.url })]
    for (const client of [dead, alive]) await client.until('connected')
    const gone = once(dead.socket, 'close')
    dead.socket.pong = () => undefined
    const pinged = once(alive.socket, 'ping')
    vi.advanceTimersByTime(15_000)
    await pinged
    // The answer to the ping has to arrive before the next one goes out.
    await fetch(`${timed.url}/api/none`)
    vi.advanceTimersByTime(15_000)
    expect(((await gone) as [number])[0]).toBe(1006)
    expect(alive.socket.readyState).toBe(WebSocket.OPEN)
    const closed = once(alive.socket, 'close')
    await timed.close()
    expect(((await closed) as [number])[0]).toBe(1001)
  } finally {
    vi.useRealTimers()
  }
})
