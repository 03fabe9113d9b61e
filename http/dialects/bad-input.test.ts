import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { brokenBodies, Raw, refuseAll, stored, type Bad, type Surface } from '../test-refusals.ts'
import { testServer, type TestServer } from '../test-server.ts'

let server: TestServer
const surfaces: Record<string, Surface> = {}
const now = Date.now()
const daysAgo = (days: number): string => new Date(now - days * 86_400_000).toISOString()

/** The shape that ClaWatch and ClawTrait have for an error. */
function words(body: unknown): string {
  expect(body).toEqual({ error: expect.any(String), code: expect.stringMatching(/^[A-Z_]+$/) })
  const { error, code } = body as { error: string; code: string }
  return `${code}: ${error}`
}

beforeAll(async () => {
  server = await testServer(operations, { now: () => new Date(now) })
  await server.org('org_other')
  const [own, other] = [await server.key(), await server.key({}, 'org_other')]
  const surface = (name: string, path: string, header: (key: string) => Record<string, string>): Surface => ({
    name,
    base: `${server.url}${path}`,
    headers: header(own),
    words,
  })
  surfaces['clawatch'] = surface('ClaWatch', '/clawatch/api', (key) => ({ 'x-clawatch-key': key }))
  surfaces['clawtrait'] = surface('ClawTrait', '/clawtrait/v1', (key) => ({ authorization: `Bearer ${key}` }))
  for (const key of [own, other]) {
    const agentId = key === own ? 'mine' : 'theirs'
    const events = Array.from({ length: 5 }, () => ({ agentId, type: 'error' }))
    const sent = { method: 'POST', headers: { 'x-clawatch-key': key, 'content-type': 'application/json' } }
    const response = await fetch(`${server.url}/clawatch/api/events`, { ...sent, body: JSON.stringify(events) })
    if (response.status !== 200) throw new Error(await response.text())
  }
})
afterAll(() => server.close())

const at = (name: string): Surface => surfaces[name] as Surface

/** Ids that no agent may have, by what is told of each. */
const badIds: readonly (readonly [unknown, string])[] = [
  ['', 'agentId'],
  ['x'.repeat(300), 'agentId'],
  ['a\nb', 'control characters'],
  ['a\u001b[31m', 'control characters'],
  ['a\u0085b', 'control characters'],
  [5, 'agentId'],
  [['a'], 'agentId'],
  [{ id: 'a' }, 'agentId'],
]
const badTimes = [daysAgo(-1), daysAgo(366), 'soon', '2026-13-40T00:00:00Z', '', 5, '+275760-01-01T00:00:00Z']

test('ClaWatch', async () => {
  const event = { agentId: 'bad', type: 'cost', timestamp: daysAgo(0), data: { costUsd: 1 } }
  const post = (name: string, change: object, says: string): Bad => ({
    name,
    request: 'POST /events',
    body: { ...event, ...change },
    status: 400,
    says,
  })
  const inData = (name: string, field: string, value: unknown): Bad =>
    post(name, { data: { [field]: value } }, `data.${field}:`)
  const raw = (field: string, text: string): Bad => ({
    name: `${field} of ${text}`,
    request: 'POST /events',
    body: new Raw(`{"agentId":"bad","type":"cost","data":{"${field}":${text}}}`),
    status: 400,
    says: `data.${field}:`,
  })
  const beat = { agentId: 'bad', type: 'heartbeat' }
  const batch = (name: string, body: unknown): Bad => ({
    name,
    request: 'POST /events',
    body,
    status: 400,
    says: 'events',
  })
  const of = (request: string, status: number, says = ''): Bad => ({ name: request, request, status, says })
  await refuseAll(server.runtime, at('clawatch'), [
    ...brokenBodies('POST /events', event, 'data'),
    ...badIds.map(([id, says]) => post(`the id ${JSON.stringify(id)}`, { agentId: id }, says)),
    ...badTimes.map((time) => post(`the time ${JSON.stringify(time)}`, { timestamp: time }, 'timestamp')),
    post('no agent', { agentId: undefined }, 'agentId'),
    post('no type', { type: undefined }, 'type'),
    post('an unknown type', { type: 'nap' }, 'heartbeat'),
    post('a name that is none', { agentName: 5 }, 'agentName'),
    post('a host that is none', { host: ['x'] }, 'host'),
    post('data that is a text', { data: 'x' }, 'data:'),
    post('data that is a list', { data: [1] }, 'data:'),
    post('a megabyte of data', { data: { x: 'y'.repeat(1_000_000) } }, 'data: must be at most 32 KiB'),
    inData('a negative cost', 'costUsd', -1),
    inData('a cost that is a text', 'costUsd', '0.5'),
    inData('a negative count', 'tokenCount', -1),
    inData('half a token', 'tokenCount', 1.5),
    inData('a model without a name', 'model', ''),
    inData('a long message', 'message', 'x'.repeat(4001)),
    inData('an unknown status', 'status', 'asleep'),
    raw('costUsd', '1e999'),
    raw('costUsd', '-1e999'),
    raw('tokenCount', '1e999'),
    batch(
      '1,001 events',
      Array.from({ length: 1001 }, () => beat),
    ),
    batch('1,001 events as an object', { events: Array.from({ length: 1001 }, () => beat) }),
    batch('no events as an object', { events: [] }),
    of('GET /agents/theirs', 404),
    of('GET /agents/nobody', 404),
    of(`GET /agents/${'x'.repeat(300)}`, 400),
    of('GET /agents/..%2F..%2Fetc', 404),
    of('GET /agents/%00', 400, 'NUL'),
    of('GET /agents/%E0%A4%A', 400, 'path'),
    of('POST /agents/theirs/pause', 404),
    of('POST /agents/nobody/pause', 404),
    of('POST /agents/theirs/resume', 404),
    of('GET /costs?agentId=theirs', 404),
    of('GET /costs?from=soon', 400, 'from'),
    of(`GET /costs?from=${daysAgo(1)}&to=${daysAgo(5)}`, 400, 'from'),
    of('POST /alerts/alert_none/acknowledge', 404),
    of(`POST /alerts/${await foreignAlert()}/acknowledge`, 404),
    of('GET /agents?cursor=%00', 400),
    of('GET /agents?cursor=nonsense', 400, 'cursor'),
    of('PUT /events', 405, 'POST'),
    of('GET /nothing', 404),
    { ...of('GET /agents', 401), headers: { 'x-clawatch-key': '' } },
    { ...of('GET /agents', 401), headers: { 'x-clawatch-key': 'x'.repeat(2000) } },
    { ...of('GET /agents', 401), headers: { 'x-clawatch-key': 'writ_live_nobody' } },
  ])
})

async function foreignAlert(): Promise<string> {
  const row = server.runtime.db.selectFrom('agent_alert').select('alert_id').where('org_id', '=', 'org_other')
  return (await row.executeTakeFirstOrThrow()).alert_id
}

test('ClaWatch: of a batch the good ones are kept, whatever stands beside them', async () => {
  const good = { agentId: 'kept', type: 'heartbeat' }
  const text = JSON.stringify(good)
  const odd = ['null', '5', '"x"', '[]', '{}', String.raw`{"agentId":"a\u0000","type":"heartbeat"}`]
  const prototype = '{"agentId":"bad","type":"heartbeat","__proto__":{"polluted":true}}'
  const nested = `{"agentId":"bad","type":"heartbeat","data":{"x":${'['.repeat(100)}${']'.repeat(100)}}}`
  const response = await fetch(`${server.url}/clawatch/api/events`, {
    method: 'POST',
    headers: { ...at('clawatch').headers, 'content-type': 'application/json' },
    body: `[${[text, ...odd, prototype, nested, text].join(',')}]`,
  })
  const { accepted, rejected } = (await response.json()) as { accepted: number; rejected: { index: number }[] }
  expect([response.status, accepted]).toEqual([200, 2])
  expect(rejected.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  const agents = await server.runtime.db.selectFrom('agent').select('agent_id').orderBy('agent_id').execute()
  expect(agents.map(({ agent_id: id }) => id)).toEqual(['kept', 'mine', 'theirs'])
})

test('ClaWatch and ClawTrait: ids with a slash or an emoji are ids, also in a path; of a key that comes twice the last counts', async () => {
  for (const id of ['team/agent', 'a b?c#d', '🦀', '..', '__proto__', 'constructor']) {
    const post = (path: string, headers: object, body: object | string) =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    const [watch, trait] = [at('clawatch').headers, at('clawtrait').headers]
    const twice = `{"agentId":"first","agentId":${JSON.stringify(id)},"type":"heartbeat"}`
    expect((await post('/clawatch/api/events', watch, twice)).status).toBe(201)
    const task = { agentId: id, task: 't', outcome: 'success', cost: 1, durationMs: 1 }
    expect((await post('/clawtrait/v1/events', trait, task)).status).toBe(201)
    const path = encodeURIComponent(id).replaceAll('.', '%2E')
    // A client's own URL parser makes ".." of "%2E%2E", so such an id is reached by Writ's lists alone.
    if (id === '..') continue
    const seen = await fetch(`${server.url}/clawatch/api/agents/${path}`, { headers: watch })
    const stats = await fetch(`${server.url}/clawtrait/v1/agents/${path}/stats`, { headers: trait })
    expect([await seen.json(), await stats.json()]).toMatchObject([{ id }, { agentId: id, totalTasks: 1 }])
  }
  const { agent } = await stored(server.runtime)
  expect(agent?.split(' ')[0]).toBe('9')
})

test('ClawTrait', async () => {
  const event = { agentId: 'bad', task: 'resolve-ticket', outcome: 'success', cost: 0.042, durationMs: 3200 }
  const post = (name: string, change: object, says: string): Bad => ({
    name,
    request: 'POST /events',
    body: { ...event, ...change },
    status: 400,
    says,
  })
  const raw = (field: string, text: string): Bad => ({
    name: `${field} of ${text}`,
    request: 'POST /events',
    body: new Raw(`{"agentId":"bad","task":"t","outcome":"success","${field}":${text}}`),
    status: 400,
    says: `${field}:`,
  })
  const of = (request: string, status: number, says = ''): Bad => ({ name: request, request, status, says })
  await refuseAll(server.runtime, at('clawtrait'), [
    ...brokenBodies('POST /events', event, 'metadata'),
    ...badIds.map(([id, says]) => post(`the id ${JSON.stringify(id)}`, { agentId: id }, says)),
    ...badTimes.map((time) => post(`the time ${JSON.stringify(time)}`, { timestamp: time }, 'timestamp')),
    post('no agent', { agentId: undefined }, 'agentId'),
    post('no task', { task: undefined }, 'task'),
    post('a task without a name', { task: '' }, 'task'),
    post('a long task', { task: 'x'.repeat(300) }, 'task'),
    post('no outcome', { outcome: null }, 'outcome'),
    post('an unknown outcome', { outcome: 'maybe' }, 'partial'),
    post('a negative cost', { cost: -0.01 }, 'cost:'),
    post('a cost that is a text', { cost: '0.5' }, 'cost:'),
    post('a negative duration', { durationMs: -5 }, 'durationMs:'),
    post('a duration that is a text', { durationMs: '3200' }, 'durationMs:'),
    post('a negative value', { metadata: { value: -1 } }, 'metadata.value:'),
    post('metadata that is a text', { metadata: 'x' }, 'metadata'),
    post('metadata that is a list', { metadata: [1] }, 'metadata'),
    post('a megabyte of metadata', { metadata: { x: 'y'.repeat(1_000_000) } }, 'metadata'),
    raw('cost', '1e999'),
    raw('durationMs', '1e999'),
    { name: 'a list of events', request: 'POST /events', body: [event], status: 400, says: 'object' },
    of('GET /agents/theirs/stats', 404),
    of('GET /agents/theirs/drift', 404),
    of('GET /agents/nobody/stats', 404),
    of('GET /agents/mine/stats?period=1y', 400, 'period'),
    of('GET /agents/mine/stats?period=', 400, 'period'),
    of('GET /agents/%00/drift', 400, 'NUL'),
    of('GET /agents/%E0%A4%A/drift', 400, 'path'),
    of(`GET /agents/${'x'.repeat(300)}/drift`, 400),
    of('GET /agents/a%0Ab/stats', 400, 'control characters'),
    of('DELETE /events', 405, 'POST'),
    of('GET /events/1', 404),
    { ...of('GET /agents/mine/stats', 401), headers: { authorization: 'Basic eDp5' } },
    { ...of('GET /agents/mine/stats', 401), headers: { authorization: 'Bearer ct_nobody' } },
  ])
})
