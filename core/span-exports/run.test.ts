import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { catastrophic, harmless } from '#core/actions/test-actions'
import { create } from '#core/actions/create.op'
import { reportOutcome } from '#core/actions/report-outcome.op'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { exportDueSpans } from './index.ts'

let server: TestRuntime
let receiver: StubServer
let answer: (response: ServerResponse) => void
const settings = { egress_allow: '127.0.0.1' }

beforeAll(async () => {
  receiver = await stubServer((_request, response) => answer(response))
  server = await testRuntime({ settings, ports: { fetch: globalThis.fetch } })
})
beforeEach(() => {
  answer = (response) => response.end('{}')
  receiver.received.length = 0
})
afterAll(async () => {
  await server.close()
  await receiver.close()
})

interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly status: { readonly code: number }
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}

const spansIn = (body: string): SentSpan[] =>
  (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] }).resourceSpans.flatMap((one) =>
    one.scopeSpans.flatMap(({ spans }) => spans),
  )
const sent = (): SentSpan[] => receiver.received.flatMap(({ body }) => spansIn(body))
const valueIn = ({ attributes }: SentSpan, key: string): unknown =>
  Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0]

async function exporting(): Promise<TestOrg> {
  const org = await testOrg(server.runtime)
  const headers = 'x-token=abc%20def,x-other=1'
  await invoke(update, await org.as('admin'), { settings: { otlp_endpoint: receiver.url, otlp_headers: headers } })
  await exportDueSpans(server.runtime)
  receiver.received.length = 0
  return org
}

test('a decision and its ended action are spans of one trace, with the headers of the org', async () => {
  const org = await exporting()
  const member = await org.as('member')
  await invoke(evaluate, member, catastrophic)
  const { action } = await invoke(create, member, harmless)
  await exportDueSpans(server.runtime)
  expect(sent().filter(({ name }) => name.startsWith('action'))).toEqual([])
  await invoke(reportOutcome, member, { action_id: action.action_id, status: 'completed', summary: 'read' })
  await exportDueSpans(server.runtime)
  const [request] = receiver.received
  expect(request).toMatchObject({
    method: 'POST',
    path: '/v1/traces',
    headers: { 'x-token': 'abc def', 'x-other': '1' },
  })
  const spans = sent()
  expect(spans.map((span) => [span.name.split(' ')[0], valueIn(span, 'writ.decision'), span.status.code])).toEqual([
    ['guard', 'block', 0],
    ['guard', 'allow', 0],
    ['action', undefined, 1],
  ])
  const [, decision, act] = spans
  expect([act?.traceId, act?.parentSpanId]).toEqual([decision?.traceId, decision?.spanId])
  expect([decision?.traceId.length, decision?.spanId.length]).toEqual([32, 16])
  expect(valueIn(act as SentSpan, 'writ.action.id')).toBe(action.action_id)
})

test('what was not taken is sent again as the same spans, after a while; nothing is lost', async () => {
  const org = await exporting()
  const member = await org.as('member')
  answer = (response) => response.writeHead(503, { 'retry-after': '60' }).end()
  await invoke(evaluate, member, catastrophic)
  await exportDueSpans(server.runtime)
  await invoke(evaluate, member, { ...catastrophic, declared_goal: 'again' })
  await exportDueSpans(server.runtime)
  expect(receiver.received).toHaveLength(1)
  const [first] = sent()
  answer = (response) => response.end('{}')
  receiver.received.length = 0
  server.advance(61_000)
  await exportDueSpans(server.runtime)
  expect(sent().map(({ spanId }) => spanId)).toEqual([first?.spanId, expect.any(String)])
  receiver.received.length = 0
  await exportDueSpans(server.runtime)
  expect(receiver.received).toEqual([])
})

test('two replicas at once lose nothing and make no other span', async () => {
  const org = await exporting()
  const member = await org.as('member')
  for (let n = 0; n < 5; n += 1) await invoke(evaluate, member, { ...catastrophic, declared_goal: `goal ${n}` })
  await Promise.all([exportDueSpans(server.runtime), exportDueSpans(server.runtime)])
  expect(new Set(sent().map(({ spanId }) => spanId)).size).toBe(5)
})

test('what the receiver calls bad is passed over, and no org waits for the receiver of another', async () => {
  const [bad, other] = [await exporting(), await exporting()]
  answer = (response) => response.writeHead(400).end()
  await invoke(evaluate, await bad.as('member'), catastrophic)
  await exportDueSpans(server.runtime)
  answer = (response) => response.end('{}')
  receiver.received.length = 0
  await invoke(evaluate, await other.as('member'), catastrophic)
  await exportDueSpans(server.runtime)
  expect(sent()).toHaveLength(1)
})

test('a receiver over http that no operator listed is refused when it is set; a new receiver loses the headers', async () => {
  const org = await exporting()
  const admin = await org.as('admin')
  const set = (endpoint: string) => invoke(update, admin, { settings: { otlp_endpoint: endpoint } })
  await expect(set('http://collector.example')).rejects.toMatchObject({ code: 'invalid_input' })
  expect((await set('https://collector.example')).settings.otlp_headers).toBeNull()
})
