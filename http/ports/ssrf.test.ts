import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSso } from '#core/accounts/index'
import { fetchKeys } from '#core/identities/jwks'
import { invoke } from '#core/kernel/invoke'
import { silentLog } from '#core/kernel/log'
import { Runtime, type LlmAddress } from '#core/kernel/runtime'
import { observeNeeds } from '#core/observations/index'
import type { Facts, PolicyNeed } from '#core/policies/index'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { sealed } from '#core/webhooks/secrets'
import { send } from '#core/webhooks/send'
import { newWebhookSecret } from '#core/webhooks/sign.rules'
import { outside } from '../oauth/provider.ts'
import type { EgressError } from './egress-error.ts'
import { llmAt } from './llm.ts'
import { ssrfLab, type SsrfLab } from './test-ssrf-lab.ts'
import { judgedHosts, ssrfRows } from './test-ssrf-rows.ts'

let lab: SsrfLab
let server: TestRuntime
let org: TestOrg
beforeAll(async () => {
  lab = await ssrfLab()
  const ports = { fetch: lab.egress.fetch, llmAt: (address: LlmAddress) => llmAt(address, lab.egress.fetch) }
  server = await testRuntime({ settings: { egress_allow: lab.allow, webhook_timeout_ms: 1000 }, ports })
  org = await testOrg(server.runtime)
})
afterAll(async () => {
  await server.close()
  await lab.close()
})

/** A way out of the server whose address others name. True when it took an answer from there for good. */
interface Path {
  readonly name: string
  readonly scheme: 'http:' | 'https:'
  readonly reach: (runtime: Runtime, url: string) => Promise<boolean>
  /** The status alone is taken, so that a body can do nothing, whatever it is. */
  readonly readsNoBody?: true
}

/** Each takes the road of a real call; a further path out is one more line. */
const paths: readonly Path[] = [
  { name: 'the fetch port', scheme: 'http:', reach: byPort },
  { name: 'webhook policies', scheme: 'https:', reach: byWebhook },
  { name: 'webhooks', scheme: 'https:', reach: byDelivery, readsNoBody: true },
  { name: 'language models of orgs', scheme: 'https:', reach: byModel },
  { name: 'sign-in with a provider', scheme: 'https:', reach: bySso },
  { name: 'keys of agent issuers', scheme: 'https:', reach: byIssuerKeys },
  { name: 'documents of OAuth clients', scheme: 'https:', reach: byClientDocument },
]

async function byPort(runtime: Runtime, url: string): Promise<boolean> {
  const answer = await runtime.ports.fetch(url)
  await answer.text()
  return answer.ok
}

async function byWebhook(runtime: Runtime, url: string): Promise<boolean> {
  const need = { kind: 'webhook', policyId: 'p', url, timeout_ms: 1000, on_timeout: 'block', mode: 'enforce' } as const
  return (await observed(runtime, need))?.kind === 'webhook'
}

async function byDelivery(runtime: Runtime, url: string): Promise<boolean> {
  const place = { org_id: org.orgId, webhook_id: 'whk_1' }
  const secret_encrypted = sealed(runtime, 'webhookEndpoint', place, newWebhookSecret())
  const endpoint = { ...place, url, secret_encrypted, previous_secret_encrypted: null, previous_until: null }
  const message = { delivery_id: 'msg_1', seq: 1, body: '{}' }
  return (await send(runtime, endpoint, message, new AbortController().signal)).kind === 'delivered'
}

async function byModel(runtime: Runtime, url: string): Promise<boolean> {
  const place = { llm_provider: 'openai-compatible', llm_model: 'm', llm_base_url: url }
  await invoke(update, await org.as('admin'), { settings: place })
  const need = { kind: 'semantic', policyId: url, mode: 'enforce', instruction: 'None.' } as const
  return (await observed(runtime, need))?.kind === 'semantic'
}

async function bySso({ handle, ports, settings }: Runtime, url: string): Promise<boolean> {
  const own = { ...settings, sso_issuer: url, sso_client_id: 'writ' }
  const runtime = new Runtime({ handle, ports, log: silentLog, settings: own })
  const started = await startSso(runtime, { redirectUri: 'https://writ.example/auth/sso/callback', returnTo: '/' })
  return started.url.pathname === '/authorize'
}

async function byIssuerKeys(runtime: Runtime, url: string): Promise<boolean> {
  const rule = { issuer: 'https://issuer.example', jwks_uri: url }
  return (await fetchKeys(runtime, rule, undefined)).uri === url
}

async function byClientDocument(runtime: Runtime, url: string): Promise<boolean> {
  const answer = await outside(runtime, url)
  await answer.text()
  return answer.ok
}

async function observed(runtime: Runtime, need: PolicyNeed) {
  const options = { signal: AbortSignal.timeout(2000), count: true, reference: 'act_gd_1' }
  const facts: Facts = {
    orgId: org.orgId,
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
  return (await observeNeeds(runtime, org.orgId, [need], facts, options)).observed.get(need.policyId)
}

/** Answers of a host that may be called, which are bad by their body. */
const BODY = /^an answer: (\w+-body|\w+-bomb|gzip-twice|cut-short)$/

describe.each(paths)('$name', ({ name, scheme, reach, readsNoBody }) => {
  test('takes a good answer of a host that may be called, so that what follows is told by the refusals', async () => {
    expect(await reach(server.runtime, `${lab.front}/ok`)).toBe(true)
  })

  test(`is led nowhere by any of ${ssrfRows.length} addresses and answers`, { timeout: 300_000 }, async () => {
    const failed: string[] = []
    for (const { what, url } of ssrfRows) {
      const before = lab.reached()
      const started = performance.now()
      const took = await reach(server.runtime, url({ scheme, front: lab.front, port: lab.port })).catch(() => false)
      const ms = performance.now() - started
      const harmless = readsNoBody === true && BODY.test(what)
      if ((took && !harmless) || lab.reached() !== before || ms > 5000) failed.push(`${what} (${Math.round(ms)} ms)`)
    }
    process.stdout.write(`SSRF: ${ssrfRows.length - failed.length} of ${ssrfRows.length} blocked (${name})\n`)
    expect(failed).toEqual([])
    expect(ssrfRows.length).toBeGreaterThanOrEqual(100)
  })
})

test.each(judgedHosts)('%s is refused for what it is, before any connection', async (host) => {
  const refused: unknown = await lab.egress.fetch(`http://${host}:${lab.port}/`).catch((thrown: unknown) => thrown)
  if (refused instanceof TypeError) return
  expect(refused).toMatchObject({ name: 'EgressError' })
  expect(['address', 'scheme']).toContain((refused as EgressError).reason)
})

test('a name is resolved once for a call: the address that was judged is the one that is used', async () => {
  const before = lab.dns.asked('rebind-late.example')
  await expect(lab.egress.fetch(`http://rebind-late.example:${lab.port}/`)).rejects.toMatchObject({
    name: 'EgressError',
  })
  expect(lab.dns.asked('rebind-late.example')).toBe(before + 1)
  expect(lab.reached()).toBe(0)
})
