import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ServerResponse } from 'node:http'
import { invoke } from '#core/kernel/invoke'
import { scopesOf } from '#core/kernel/scope'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { deliveryLog } from './deliveries.store.ts'
import { getWebhookSecret } from './get-webhook-secret.op.ts'
import { TestBench, webhookNeed } from './test-bench.ts'

let bench: TestBench
let hook: StubServer
let answer: (response: ServerResponse) => void

beforeAll(async () => {
  hook = await stubServer((_request, response) => answer(response))
  bench = await TestBench.open({
    flags: { egress_allow: `127.0.0.1:${hook.port}` },
    ports: { fetch: globalThis.fetch },
  })
})
beforeEach(() => {
  answer = (response) => response.end('{}')
})
afterAll(async () => {
  await bench.close()
  await hook.close()
})

const says = (reply: unknown, status = 200) => {
  answer = (response) => response.writeHead(status).end(typeof reply === 'string' ? reply : JSON.stringify(reply))
}
const ask = async (given: Parameters<typeof webhookNeed>[1] = {}, options: Parameters<TestBench['observe']>[1] = {}) =>
  (await bench.observe([webhookNeed(`${hook.url}/check`, given)], options)).observed.get('hook')
const preliminary = { decision: 'warn', reasons: ['r'], warnings: ['w'], matched_policies: ['gp_1'] } as const

test("the call has the contract's body, secrets replaced, and a signature that the published secret verifies", async () => {
  // The verifier goes by the real clock.
  bench.pass(Date.now() - bench.now.getTime())
  const token = `ghp_${'a1B2'.repeat(9)}`
  await ask(
    {},
    { preliminary, request: { declared_goal: `push with ${token}`, systems_touched: ['web'], reversible: false } },
  )
  const sent = hook.received.at(-1)
  if (!sent) throw new Error('nothing was sent')
  const actor = {
    orgId: 'org_a',
    principalId: 'k',
    principalName: 'k',
    kind: 'key',
    role: 'admin',
    agentId: null,
  } as const
  const ctx = bench.runtime.context({ ...actor, scopes: new Set(scopesOf('admin')) })
  const { secret } = await invoke(getWebhookSecret, ctx, {})
  expect(new Webhook(secret).verify(sent.body, sent.headers as Record<string, string>)).toEqual(JSON.parse(sent.body))
  expect(() => new Webhook(secret).verify(`${sent.body} `, sent.headers as Record<string, string>)).toThrow('signature')
  expect(sent.body).not.toContain(token)
  expect(JSON.parse(sent.body)).toMatchObject({
    event: 'guard.evaluation',
    org_id: 'org_a',
    timestamp: bench.now.toISOString(),
    context: { action_type: 'deploy', risk_score: 42, agent_id: 'a1', systems_touched: ['web'], reversible: false },
    preliminary_decision: 'warn',
    matched_policies: ['gp_1'],
    reasons: ['r'],
    warnings: ['w'],
  })
})

test.each([
  ['block', 'warn', 'block'],
  ['require_approval', 'warn', 'require_approval'],
  ['warn', 'warn', null],
  ['allow', 'warn', null],
  ['allow', 'block', null],
  ['require_approval', 'block', null],
] as const)('a webhook that says %s after %s decides %s', async (decision, before, decided) => {
  says({ decision, reasons: ['because'], warnings: ['careful'] })
  const observed = await ask({}, { preliminary: { ...preliminary, decision: before } })
  expect(observed).toEqual({
    kind: 'webhook',
    decision: decided,
    reasons: decided === null ? [] : ['because'],
    warnings: ['careful'],
  })
})

test.each([
  ['text', 'ok'],
  ['a list', []],
  ['a wrong type', { decision: 1 }],
  ['an unknown decision', { decision: 'deny' }],
  ['reasons that are no list', { decision: 'block', reasons: 'no' }],
  ['too much', { decision: 'allow', reasons: ['x'.repeat(70_000)] }],
])('an answer that is %s fails to on_timeout', async (_what, reply) => {
  says(reply)
  expect(await ask()).toMatchObject({ kind: 'failed', fallback: 'require_approval' })
  expect(await ask({ on_timeout: 'block' })).toMatchObject({ kind: 'failed', fallback: 'block' })
})

test('an error status fails, whatever its body says', async () => {
  says({ decision: 'allow' }, 500)
  expect(await ask()).toMatchObject({ kind: 'failed', why: 'the webhook failed: it answered with status 500' })
})

test('on_timeout allow gives the webhook no say, with a warning that tells', async () => {
  says('nonsense')
  const observed = await ask({ on_timeout: 'allow' })
  expect(observed).toMatchObject({ kind: 'webhook', decision: null, reasons: [] })
  expect(observed?.kind === 'webhook' && observed.warnings[0]).toContain('on_timeout is allow')
})

test("silence and a body that never ends are cut at the policy's timeout", async () => {
  for (const quiet of [() => undefined, (response: ServerResponse) => void response.writeHead(200).write('{')]) {
    answer = quiet
    const started = performance.now()
    expect(await ask({ timeout_ms: 150 })).toMatchObject({
      kind: 'failed',
      why: 'the webhook failed: it did not answer in time',
    })
    expect(performance.now() - started).toBeLessThan(1500)
  }
})

test('a timeout longer than the decision may take is clamped, so that on_timeout still decides in time', async () => {
  answer = () => undefined
  const started = performance.now()
  expect(await ask({ timeout_ms: 10_000, on_timeout: 'block' }, { remainingMs: 300 })).toMatchObject({
    kind: 'failed',
    fallback: 'block',
  })
  expect(performance.now() - started).toBeLessThan(300)
})

test('http is refused for a host that is not on the allow list', async () => {
  const before = hook.received.length
  const url = `http://localhost:${hook.port}/check`
  const { observed } = await bench.observe([webhookNeed(url)])
  expect(observed.get('hook')).toMatchObject({ kind: 'failed', why: 'the webhook failed: its URL is not https' })
  expect(hook.received.length).toBe(before)
})

test('shadow policies and simulations call nobody', async () => {
  const before = hook.received.length
  expect(await ask({ mode: 'shadow' })).toMatchObject({ kind: 'skipped' })
  expect(await ask({}, { callOut: false, count: false })).toMatchObject({ kind: 'skipped' })
  expect(hook.received.length).toBe(before)
})

test('every call is logged with its status or error', async () => {
  const log = async () => {
    await bench.runtime.use(deliveryLog).settled()
    const rows = bench.runtime.db.selectFrom('webhook_delivery').selectAll().orderBy('id', 'desc').limit(1)
    return rows.executeTakeFirstOrThrow()
  }
  await ask()
  expect(await log()).toMatchObject({ org_id: 'org_a', policy_id: 'hook', status: 200, error: null })
  says('no', 503)
  await ask()
  expect(await log()).toMatchObject({ status: 503, error: 'it answered with status 503' })
  answer = () => undefined
  await ask({ timeout_ms: 100 })
  expect(await log()).toMatchObject({ status: null, error: 'it did not answer in time' })
})

test('without a secret key nothing is sent unsigned', async () => {
  const flags = { secret_key: undefined, egress_allow: `127.0.0.1:${hook.port}` }
  const keyless = await TestBench.open({ flags, ports: { fetch: globalThis.fetch } })
  const before = hook.received.length
  const { observed } = await keyless.observe([webhookNeed(`${hook.url}/check`)])
  await keyless.close()
  expect(observed.get('hook')).toMatchObject({ kind: 'failed' })
  expect(hook.received.length).toBe(before)
})

test('ten replicas that need the secret at once agree on one', async () => {
  const replicas = await Promise.all(Array.from({ length: 10 }, () => bench.replica()))
  await Promise.all(replicas.map((on) => bench.observe([webhookNeed(`${hook.url}/check`)], { on, orgId: 'org_race' })))
  const signatures = await Promise.all(
    replicas.map((runtime) => {
      const actor = {
        orgId: 'org_race',
        principalId: 'k',
        principalName: 'k',
        kind: 'key',
        role: 'admin',
        agentId: null,
      } as const
      return invoke(getWebhookSecret, runtime.context({ ...actor, scopes: new Set(scopesOf('admin')) }), {})
    }),
  )
  expect(new Set(signatures.map(({ secret }) => secret)).size).toBe(1)
})
