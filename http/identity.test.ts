import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestIssuer } from '#core/identities/test-issuer'
import { agentKeys } from '#core/identities/test-keys'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { testDatabase, testEngine } from '#core/testing/database'
import { runCli } from './cli/test-cli.ts'
import { Writ } from './client/index.ts'
import { startServer } from './serve.ts'

let issuer: TestIssuer
let url: string
let home: string
let keys: { admin: string; agent: string }
let close: () => Promise<void>
beforeAll(async () => {
  issuer = await TestIssuer.start(() => new Date())
  home = await mkdtemp(join(tmpdir(), 'writ-identity-'))
  const database = testEngine() === 'postgres' ? await testDatabase() : undefined
  const settings = {
    ...loadSettings({ env: {}, home }),
    port: 0,
    // The issuer is on loopback, which the safe fetch reaches only because the operator says so.
    egress_allow: '127.0.0.1',
    ...(database?.url === undefined ? {} : { database_url: database.url }),
  }
  const server = await startServer({ settings, log: silentLog, signals: false })
  if (server.first === null) throw new Error('A new home has no keys yet.')
  url = server.url
  keys = { admin: server.first.admin.secret, agent: server.first.agent.secret }
  close = async () => {
    await server.close()
    await database?.close()
    await issuer.close()
    await rm(home, { recursive: true, force: true })
  }
  const identity_issuers = [{ issuer: issuer.url, audience: 'writ' }]
  await person().call('settings_update', { settings: { identity_issuers } })
})
afterAll(() => close())

const person = (): Writ => new Writ({ baseUrl: url, apiKey: keys.admin, agentId: 'person' })
const agent = (more: object = {}): Writ => new Writ({ baseUrl: url, apiKey: keys.agent, agentId: 'sdk-agent', ...more })
const act = { action_type: 'review', declared_goal: 'Read the change log' }
const proven = { agent_id: 'proven-agent', verification_status: 'verified', act_status: 'not_present' }

test('SDK: the token is sent beside the key on every call and on the event stream, asked for anew each time', async () => {
  let made = 0
  const authToken = async (): Promise<string> => issuer.token({ jti: `sdk-${(made += 1)}` })
  const sdk = agent({ authToken })
  expect(await sdk.guard(act)).toMatchObject({ ...proven, verified_by: 'token', replay_status: 'unique' })
  const { action, action_id } = await sdk.createAction({ ...act, action_type: 'deploy', target: 'prod/shop' })
  expect(action).toMatchObject({ ...proven, status: 'pending_approval', replay_status: 'unique' })
  const before = made
  const waiting = sdk.waitForApproval(action_id, { timeout: 20_000 })
  await expect.poll(() => made).toBeGreaterThan(before)
  await person().approveAction(action_id, 'allow')
  expect((await waiting).action).toMatchObject({ status: 'running', agent_id: 'proven-agent' })
  const fixed = agent({ authToken: await issuer.token({ jti: 'fixed' }) })
  expect(await fixed.guard(act)).toMatchObject({ replay_status: 'unique', decision: 'allow' })
  expect(await fixed.guard({ ...act, declared_goal: 'other' })).toMatchObject({
    replay_status: 'replayed',
    decision: 'block',
  })
})

test('REST: one decision shows the axes to whoever looks later', async () => {
  const { decision_id } = await agent({ authToken: await issuer.token({ jti: 'shown' }) }).guard(act)
  const { decision } = await person().call('guard_get_decision', { decision_id })
  expect(decision).toMatchObject({ ...proven, replay_status: 'unique', jti: 'shown' })
  const listed = await person().call('guard_list_decisions', { agent_id: 'proven-agent', limit: 1 })
  expect(listed.decisions[0]).toMatchObject(proven)
})

test('REST: a Bearer token alone is nobody', async () => {
  const authorization = `Bearer ${await issuer.token()}`
  const answer = await fetch(`${url}/api/guard`, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify(act),
  })
  expect(answer.status).toBe(401)
})

test('MCP: a tool call speaks for the agent of its token', async () => {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'x-api-key': keys.agent,
      authorization: `Bearer ${await issuer.token()}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'writ_guard', arguments: act },
    }),
  })
  const text = await response.text()
  const { result } = JSON.parse(text.replace(/^[^{]*/, '')) as { result: { structuredContent: unknown } }
  expect(result.structuredContent).toMatchObject({ ...proven, verified_by: 'token', replay_status: 'not_present' })
})

test('CLI: the token comes by option or environment, and the answer says who was verified', async () => {
  const env = { WRIT_HOME: home, WRIT_URL: url, WRIT_API_KEY: keys.agent }
  const command = ['guard', '--shell', 'git status']
  const told = await runCli(command, { ...env, WRIT_AUTH_TOKEN: await issuer.token() })
  expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('agent proven-agent · verified by token') })
  const bad = await runCli([...command, '--json', '--auth-token', (await issuer.token()).slice(0, -9)], env)
  expect(bad.json()).toMatchObject({ verification_status: 'failed', verified_by: null })
})

test('an agent pairs, waits, and signs what it does from then on', async () => {
  const { publicKey, privateKey } = agentKeys('rsa')
  const sdk = agent({ privateKey, agentName: 'Signer', agentId: 'signer' })
  expect((await sdk.createAction(act)).action.verified).toBe(false)
  const { pairing, pairing_url } = await sdk.createPairing(publicKey, { algorithm: 'RSASSA-PKCS1-v1_5' })
  expect(pairing_url).toContain(`/pair/${pairing.id}`)
  const waiting = sdk.waitForPairing(pairing.id, { interval: 50 })
  const approved = await person().call('pairings_approve', { id: pairing.id })
  expect(approved.identity).toMatchObject({ agent_id: 'signer', fingerprint: pairing.fingerprint })
  expect(await waiting).toMatchObject({ status: 'approved', agent_name: 'Signer' })
  const { action, decision } = await sdk.createAction({ ...act, declared_goal: 'Signed – with é', confidence: 70 })
  expect(action).toMatchObject({ verified: true, verification_status: 'verified' })
  expect(decision).toMatchObject({ verified_by: 'signature' })
})

test('waiting for a pairing ends in time', async () => {
  const { pairing } = await agent().createPairing(agentKeys().publicKey)
  const waiting = agent().waitForPairing(pairing.id, { timeout: 120, interval: 50 })
  await expect(waiting).rejects.toMatchObject({ code: 'timeout' })
})
