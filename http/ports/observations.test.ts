import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { invoke } from '#core/kernel/invoke'
import { Runtime, type LlmAddress } from '#core/kernel/runtime'
import { observeNeeds } from '#core/observations/index'
import type { Facts, PolicyNeed } from '#core/policies/index'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testDatabase, type TestDatabase } from '#core/testing/database'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { parseAllowList } from '#core/kernel/allow-list'
import { createLlm, llmAt } from './llm.ts'
import { createSafeFetch, type SafeFetch } from './safe-fetch.ts'

let outside: StubServer
let inside: StubServer
let egress: SafeFetch
let database: TestDatabase

beforeAll(async () => {
  inside = await stubServer((_request, response) => response.end('{"decision":"allow"}'))
  outside = await stubServer((request, response) => {
    const judgement = JSON.stringify({ violates: request.body.includes('Friday'), reason: 'judged' })
    if (request.path === '/moved') response.writeHead(307, { location: `${inside.url}/` }).end()
    else if (request.path === '/hook') response.end('{"decision":"block","reasons":["frozen"]}')
    else if (request.path.endsWith('/messages')) response.end(JSON.stringify(anthropic(judgement)))
    else response.end(JSON.stringify(openAi(judgement)))
  })
  egress = createSafeFetch({ allow: parseAllowList(`127.0.0.1:${outside.port}`) })
  database = await testDatabase()
})
afterAll(async () => {
  await egress.close()
  await Promise.all([outside.close(), inside.close(), database.close()])
})

const openAi = (content: string) => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
})
const anthropic = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
})

const facts: Facts = {
  orgId: 'org_a',
  actionType: 'deploy',
  declaredActionType: 'deploy',
  agentId: 'a1',
  keyId: 'key_1',
  risk: 10,
  evidence: null,
  intentSource: 'declared',
  target: null,
  writePaths: [],
  request: {},
  injection: null,
  session: null,
  permissionLevel: null,
  at: new Date(),
}

async function observe(need: PolicyNeed, provider: 'anthropic' | 'openai-compatible' = 'anthropic') {
  const flags = {
    secret_key: '07'.repeat(32),
    egress_allow: `127.0.0.1:${outside.port}`,
    llm_provider: provider,
    llm_base_url: `${outside.url}/v1`,
    llm_api_key: 'k',
    llm_model: 'm',
  }
  const settings = loadSettings({ flags, env: {}, home: '/nonexistent' })
  const llm = createLlm(settings, egress.fetch)
  const ports = { fetch: egress.fetch, ...(llm ? { llm } : {}) }
  const runtime = new Runtime({ handle: database.handle, settings, ports, log: silentLog })
  const options = { signal: AbortSignal.timeout(5000), count: true, reference: 'act_gd_1' }
  return (await observeNeeds(runtime, 'org_a', [need], facts, options)).observed.get(need.policyId)
}

test.each(['anthropic', 'openai-compatible'] as const)(
  'a semantic policy is judged over the %s wire',
  async (provider) => {
    const rule = { kind: 'semantic', policyId: 'p', mode: 'enforce' } as const
    expect(await observe({ ...rule, instruction: 'Never on a Friday.' }, provider)).toEqual({
      kind: 'semantic',
      violates: true,
      reason: 'judged',
    })
    expect(await observe({ ...rule, instruction: 'Never on a Monday.' }, provider)).toMatchObject({ violates: false })
  },
)

describe('an org with a language model of its own', () => {
  const need: PolicyNeed = { kind: 'semantic', policyId: 'own', mode: 'enforce', instruction: 'Never on a Friday.' }
  let server: TestRuntime
  beforeAll(async () => {
    const llmOf = (address: LlmAddress) => llmAt(address, egress.fetch)
    const settings = { egress_allow: `127.0.0.1:${outside.port}` }
    const instance = () => Promise.resolve('{"violates":false,"reason":"by the instance"}')
    server = await testRuntime({ settings, ports: { fetch: egress.fetch, llm: instance, llmAt: llmOf } })
  })
  afterAll(() => server.close())

  async function judged(settings: Record<string, unknown>) {
    const org = await testOrg(server.runtime)
    const admin = await org.as('admin')
    if (Object.keys(settings).length > 0) await invoke(update, admin, { settings })
    const options = { signal: AbortSignal.timeout(5000), count: true, reference: 'act_gd_1' }
    const own = { ...facts, orgId: org.orgId }
    return (await observeNeeds(server.runtime, org.orgId, [need], own, options)).observed.get('own')
  }

  test('is judged by that model, with its own key; the others by that of the instance', async () => {
    expect(await judged({})).toMatchObject({ violates: false, reason: 'by the instance' })
    const place = { llm_base_url: `${outside.url}/v1`, llm_model: 'own-model', llm_api_key: 'sk-of-the-org-1234567' }
    expect(await judged({ ...place, llm_provider: 'openai-compatible' })).toMatchObject({ violates: true })
    const sent = outside.received.at(-1)
    expect(sent?.headers.authorization).toBe('Bearer sk-of-the-org-1234567')
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({ model: 'own-model' })
    expect(await judged({ ...place, llm_provider: 'anthropic' })).toMatchObject({ violates: true })
    expect(outside.received.at(-1)?.headers['x-api-key']).toBe('sk-of-the-org-1234567')
  })

  test('that is not set in full fails closed: the model of the instance is not asked instead', async () => {
    expect(await judged({ llm_provider: 'anthropic' })).toMatchObject({ kind: 'failed' })
    expect(await judged({ llm_provider: 'anthropic', llm_model: 'm' })).toMatchObject({
      kind: 'failed',
      why: "the org's language model is not set in full: llm_api_key is missing",
    })
    expect(await judged({ llm_provider: 'openai-compatible', llm_model: 'm' })).toMatchObject({ kind: 'failed' })
  })

  test('cannot be led inside', async () => {
    const before = inside.received.length
    for (const llm_base_url of [`https://127.0.0.1:${inside.port}`, 'https://169.254.169.254/v1']) {
      const place = { llm_provider: 'openai-compatible', llm_model: 'm', llm_base_url }
      expect(await judged(place)).toMatchObject({ kind: 'failed' })
    }
    expect(inside.received.length).toBe(before)
  })
})

test('a webhook policy is asked through the guarded fetch, which a redirect cannot lead inside', async () => {
  const hook = { kind: 'webhook', policyId: 'p', timeout_ms: 2000, on_timeout: 'block', mode: 'enforce' } as const
  expect(await observe({ ...hook, url: `${outside.url}/hook` })).toMatchObject({
    decision: 'block',
    reasons: ['frozen'],
  })
  const before = inside.received.length
  expect(await observe({ ...hook, url: `${outside.url}/moved` })).toMatchObject({ kind: 'failed', fallback: 'block' })
  expect(await observe({ ...hook, url: 'https://127.0.0.1:1/x' })).toMatchObject({ kind: 'failed', fallback: 'block' })
  expect(inside.received.length).toBe(before)
})
