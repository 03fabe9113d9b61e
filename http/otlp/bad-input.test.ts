import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import * as fc from '#core/testing/property'
import { brokenBodies, refuseAll, stored, type Bad, type Surface } from '../test-refusals.ts'
import { testServer, type TestServer } from '../test-server.ts'
import { encode } from './wire.ts'

let server: TestServer
let surface: Surface
beforeAll(async () => {
  server = await testServer(operations)
  const key = await server.key({ role: 'member' })
  surface = { name: 'OTLP', base: server.url, headers: { 'x-api-key': key }, words }
})
afterAll(() => server.close())

/** google.rpc.Status, as OTLP has it for failures. */
function words(body: unknown): string {
  expect(body).toEqual({ code: expect.any(Number), message: expect.any(String) })
  return (body as { message: string }).message
}

const now = (): string => String(BigInt(Date.now()) * 1_000_000n)
const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
const count = (key: string, value: string | number) => ({ key, value: { intValue: value } })
const agent = { attributes: [text('service.name', 'bad')] }
const span = (more: object = {}, attributes: object[] = []) => ({
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: '00f067aa0ba902b7',
  name: 'chat',
  startTimeUnixNano: now(),
  endTimeUnixNano: now(),
  attributes: [text('gen_ai.operation.name', 'chat'), text('gen_ai.request.model', 'gpt-4o'), ...attributes],
  ...more,
})
const spans = (...made: unknown[]) => ({ resourceSpans: [{ resource: agent, scopeSpans: [{ spans: made }] }] })
const logs = (...attributes: object[]) => ({
  resourceLogs: [
    {
      resource: { attributes: [text('service.name', 'claude-code')] },
      scopeLogs: [
        { logRecords: [{ timeUnixNano: now(), attributes: [text('event.name', 'api_request'), ...attributes] }] },
      ],
    },
  ],
})
const points = (asDouble: number | string, type = 'input') => ({
  resourceMetrics: [
    {
      resource: { attributes: [text('service.name', 'claude-code')] },
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'claude_code.token.usage',
              sum: {
                aggregationTemporality: 1,
                dataPoints: [{ timeUnixNano: now(), asDouble, attributes: [text('type', type)] }],
              },
            },
          ],
        },
      ],
    },
  ],
})

test('an export that cannot be read is refused whole', async () => {
  // What is nested or named strangely in an attribute is that span's own affair, and an empty export is none.
  const own = new Set([
    'nested without end',
    'a prototype',
    'a prototype inside',
    'NUL',
    'a lone surrogate',
    'another type',
    'a form',
    'another charset',
  ])
  const broken = (path: string, good: object): Bad[] =>
    brokenBodies(path, good, 'more').filter(({ name }) => !own.has(name))
  const type = (contentType: string): Bad => ({
    name: contentType,
    request: 'POST /v1/traces',
    body: spans(span()),
    headers: { 'content-type': contentType },
    status: 415,
    says: 'application/x-protobuf',
  })
  const shape = (request: string, body: unknown): Bad => ({
    name: JSON.stringify(body).slice(0, 60),
    request,
    body,
    status: 400,
    says: 'Validation',
  })
  await refuseAll(server.runtime, surface, [
    ...broken('POST /v1/traces', spans(span())),
    ...broken('POST /v1/logs', logs(count('input_tokens', 5))),
    ...broken('POST /v1/metrics', points(5)),
    ...['text/plain', 'application/x-www-form-urlencoded', 'application/grpc'].map(type),
    shape('POST /v1/traces', { resourceSpans: 5 }),
    shape('POST /v1/traces', { resourceSpans: [{ scopeSpans: 'x' }] }),
    shape('POST /v1/traces', spans(span({ traceId: 'no hex' }))),
    shape('POST /v1/traces', spans(span({ startTimeUnixNano: 'soon' }))),
    shape('POST /v1/traces', spans(span({ attributes: Array.from({ length: 1001 }, () => text('a', 'b')) }))),
    shape('POST /v1/logs', { resourceLogs: [5] }),
    shape('POST /v1/metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 5 }] }] }] }),
    { name: 'no key', request: 'POST /v1/traces', body: spans(span()), headers: { 'x-api-key': '' }, status: 401 },
  ])
})

const late = '1000000000000000000'
const ahead = String(BigInt(Date.now() + 86_400_000) * 1_000_000n)
test.each<[string, string, object, string]>([
  ['a span of the year 2001', 'traces', spans(span({ startTimeUnixNano: late, endTimeUnixNano: late })), '180 days'],
  ['a span of tomorrow', 'traces', spans(span({ startTimeUnixNano: ahead, endTimeUnixNano: ahead })), 'future'],
  ['negative tokens', 'traces', spans(span({}, [count('gen_ai.usage.input_tokens', '-5')])), 'tokens_in'],
  [
    'NaN tokens',
    'traces',
    spans(span({}, [{ key: 'gen_ai.usage.input_tokens', value: { doubleValue: 'NaN' } }])),
    'tokens_in',
  ],
  [
    'tokens without end',
    'traces',
    spans(span({}, [{ key: 'gen_ai.usage.output_tokens', value: { doubleValue: 'Infinity' } }])),
    'tokens_out',
  ],
  ['NUL in a model', 'traces', spans(span({}, [text('gen_ai.response.model', 'a\0b')])), 'NUL'],
  [
    'a name with a line',
    'traces',
    {
      resourceSpans: [{ resource: { attributes: [text('service.name', 'a\nb')] }, scopeSpans: [{ spans: [span()] }] }],
    },
    'control characters',
  ],
  ['no name at all', 'traces', { resourceSpans: [{ scopeSpans: [{ spans: [span()] }] }] }, 'agent_id'],
  ['a negative cost', 'logs', logs(count('input_tokens', 5), text('cost_usd', '-0.5')), 'cost_usd'],
  ['a cost without end', 'logs', logs(text('cost_usd', '1e999')), 'cost_usd'],
  ['a negative sum', 'metrics', points(-5), 'tokens_in'],
  ['a sum that is no number', 'metrics', points('NaN'), 'tokens_in'],
  ['a sum without end', 'metrics', points('Infinity'), 'tokens_in'],
])('%s is told as a partial success, and is not kept; what stands beside it is', async (_, signal, body, says) => {
  const before = await stored(server.runtime)
  const answer = await fetch(`${server.url}/v1/${signal}`, {
    method: 'POST',
    headers: { ...surface.headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const rejected = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' }[signal] ?? ''
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { partialSuccess: { [rejected]: '1', errorMessage: expect.stringContaining(says) } },
  ])
  expect(await stored(server.runtime)).toEqual(before)
})

test('fields that nobody knows are passed over, in JSON and in protobuf', async () => {
  const known = spans(span({ spanId: '00000000000000a1', flags: 1, events: [{ name: 'x' }], links: [] }))
  const json = JSON.stringify({ ...known, newerField: { a: [1] } })
  // Field 999 with 3 bytes, after a message that is known.
  const { resourceSpans } = spans(span({ traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2) }))
  const proto = Buffer.concat([encode('Traces', { resourceSpans }), Buffer.from([0xba, 0x3e, 3, 1, 2, 3])])
  for (const [type, body] of [
    ['application/json', json],
    ['application/x-protobuf', proto],
  ] as const) {
    const sent = typeof body === 'string' ? body : new Uint8Array(body)
    const headers = { ...surface.headers, 'content-type': type }
    const answer = await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body: sent })
    expect(answer.status).toBe(200)
  }
  const events = server.runtime.db.selectFrom('agent_event').select('agent_id').where('agent_id', '=', 'bad')
  expect(await events.execute()).toHaveLength(2)
})

test('random bytes and broken messages are never a failure of the server', async () => {
  const good = [
    encode('Traces', spans(span({ traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2) }))),
    encode('Metrics', points(5)),
    encode('Logs', logs(count('input_tokens', 5))),
  ]
  const mutated = fc
    .tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
    .map(([bytes, changes, cut]) => {
      const copy = Buffer.from(bytes)
      for (const [at, byte] of changes) copy[at % copy.length] = byte
      return copy.subarray(0, copy.length - (cut % 3 === 0 ? cut % copy.length : 0))
    })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }).map((one) => Buffer.from(one)),
    mutated,
    fc.jsonValue({ maxDepth: 5 }).map((value) => Buffer.from(JSON.stringify(value))),
  )
  const seen = new Map<number, number>()
  const property = fc.asyncProperty(
    bytes,
    fc.constantFrom('traces', 'metrics', 'logs'),
    fc.constantFrom('application/json', 'application/x-protobuf'),
    fc.boolean(),
    async (body, signal, type, packed) => {
      const headers = { ...surface.headers, 'content-type': type, ...(packed ? { 'content-encoding': 'gzip' } : {}) }
      const sent = new Uint8Array(packed ? gzipSync(body) : body)
      const { status } = await fetch(`${server.url}/v1/${signal}`, { method: 'POST', headers, body: sent })
      seen.set(status, (seen.get(status) ?? 0) + 1)
      expect([200, 400]).toContain(status)
    },
  )
  await fc.assert(property, { numRuns: 600 })
  expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual([200, 400])
})
