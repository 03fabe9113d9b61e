import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { TEST_ORG, testServer, type TestServer } from '../test-server.ts'

let server: TestServer
let key: string
beforeAll(async () => {
  server = await testServer(operations)
  key = await server.key({ role: 'member' })
})
afterAll(() => server.close())

const eventsOf = (agentId: string) =>
  server.runtime.db
    .selectFrom('agent_event')
    .select('event_id')
    .where('org_id', '=', TEST_ORG)
    .where('agent_id', '=', agentId)
    .execute()

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'claude-opus-4-8',
  'gen_ai.usage.input_tokens': 7,
}

const now = () => String(BigInt(Date.now()) * 1_000_000n)
const attribute = (name: string, value: string | number) => ({
  key: name,
  value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
})
const spans = (agent: string, ...made: readonly object[]) => ({
  resourceSpans: [{ resource: { attributes: [attribute('service.name', agent)] }, scopeSpans: [{ spans: made }] }],
})
const span = (id: string, more: object = {}) => ({
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: id,
  name: 'chat',
  startTimeUnixNano: now(),
  endTimeUnixNano: now(),
  attributes: Object.entries(chat).map(([name, value]) => attribute(name, value)),
  ...more,
})
const metrics = (aggregationTemporality: number) => ({
  resourceMetrics: [
    {
      resource: { attributes: [attribute('service.name', 'claude-code')] },
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'claude_code.token.usage',
              sum: {
                aggregationTemporality,
                dataPoints: [{ timeUnixNano: now(), asInt: '5', attributes: [attribute('type', 'input')] }],
              },
            },
          ],
        },
      ],
    },
  ],
})

async function post(signal: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/v1/${signal}`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const isJson = response.headers.get('content-type') === 'application/json'
  return { status: response.status, bytes, body: isJson ? (JSON.parse(bytes.toString()) as object) : {} }
}

describe('the protocol', () => {
  test('sums since a start are rejected with the way out', async () => {
    const answer = await post('metrics', JSON.stringify(metrics(2)))
    expect(answer).toMatchObject({ status: 200, body: { partialSuccess: { rejectedDataPoints: '1' } } })
    expect(JSON.stringify(answer.body)).toContain('TEMPORALITY_PREFERENCE=delta')
  })

  test('the same export again counts once; gzip; the answer of a success is empty', async () => {
    const body = JSON.stringify(spans('again', span('00f067aa0ba902b7')))
    for (const sent of [body, gzipSync(body), body]) {
      const headers = typeof sent === 'string' ? {} : { 'content-encoding': 'gzip' }
      expect(await post('traces', sent, headers)).toMatchObject({ status: 200, body: {} })
    }
    expect(await eventsOf('again')).toHaveLength(1)
  })

  test('a wrong span is counted as rejected, and the others are kept', async () => {
    const late = '1000000000000000000'
    const body = spans(
      'partly',
      span('00f067aa0ba90201'),
      span('00f067aa0ba90202', { startTimeUnixNano: late, endTimeUnixNano: late }),
    )
    const { status, body: told } = await post('traces', JSON.stringify(body))
    expect([status, told]).toEqual([
      200,
      { partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('180 days') } },
    ])
    expect(await eventsOf('partly')).toHaveLength(1)
  })

  test('2,500 spans in one export', async () => {
    const many = Array.from({ length: 2500 }, (_, n) => span(n.toString(16).padStart(16, '0')))
    expect(
      await post('traces', gzipSync(JSON.stringify(spans('many', ...many))), { 'content-encoding': 'gzip' }),
    ).toMatchObject({ status: 200, body: {} })
    expect(await eventsOf('many')).toHaveLength(2500)
  })

  test.each<[string, string | Buffer, Record<string, string>, object]>([
    ['no JSON', '{', {}, { status: 400, body: { code: 3, message: expect.any(String) } }],
    ['another shape', '{"resourceSpans": 5}', {}, { status: 400, body: { code: 3, message: expect.any(String) } }],
    [
      'another type',
      '<a/>',
      { 'content-type': 'text/xml' },
      { status: 415, body: { code: 3, message: expect.any(String) } },
    ],
    [
      'a key of nobody',
      '{}',
      { 'x-api-key': 'writ_live_nobody' },
      { status: 401, body: { code: 16, message: expect.any(String) } },
    ],
    [
      'more than 16 MiB',
      gzipSync(Buffer.alloc(17 * 1024 * 1024, ' ')),
      { 'content-encoding': 'gzip' },
      { status: 413, body: { code: 3, message: expect.any(String) } },
    ],
  ])('%s is told as google.rpc.Status', async (_, body, headers, told) => {
    expect(await post('traces', body, headers)).toMatchObject(told)
  })

  test('protobuf that is none is 400 in protobuf; nesting without end is no way to stop the server', async () => {
    const type = { 'content-type': 'application/x-protobuf' }
    for (const bytes of [Buffer.from('nonsense'), Buffer.alloc(200_000, 0x0a)]) {
      const { status, bytes: told } = await post('traces', bytes, type)
      expect([status, told[0]]).toEqual([400, 0x08])
    }
    const deep = `{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":${'{"arrayValue":{"values":['.repeat(50_000)}${']}}'.repeat(50_000)}}]}}]}`
    expect((await post('traces', deep)).status).toBe(200)
  })

  test('403 without the scope, 405 for another method', async () => {
    const narrow = await server.key({ role: 'member', scopes: ['guard:evaluate'] })
    expect(await post('logs', '{}', { 'x-api-key': narrow })).toMatchObject({ status: 403, body: { code: 7 } })
    expect((await fetch(`${server.url}/v1/logs`)).status).toBe(405)
  })
})
