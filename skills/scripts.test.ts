import { afterAll, beforeAll, expect, test } from 'vitest'
import { Writ } from '../http/client/index.ts'
import { testInstance, type TestInstance } from '../http/test-instance.ts'
import { runScript } from './test-scripts.ts'

let server: TestInstance
let admin: Writ
beforeAll(async () => {
  server = await testInstance()
  admin = new Writ({ baseUrl: server.url, apiKey: server.adminKey, agentId: 'person' })
})
afterAll(() => server.close())

const as = (key: string) => ({ WRIT_URL: `${server.url}/`, WRIT_API_KEY: key })

interface Told {
  readonly ok: boolean
  readonly checks: readonly { readonly check: string; readonly status: string; readonly found: string }[]
  readonly secret?: string
}
const told = ({ stdout }: { stdout: string }): Told => JSON.parse(stdout) as Told
const failed = (run: { stdout: string }): string[] =>
  told(run)
    .checks.filter(({ status }) => status === 'fail')
    .map(({ check }) => check)

test('bootstrap makes an agent with a key of its own, with which the integration is valid and the diagnosis clean', async () => {
  const made = await runScript('bootstrap', ['--agent', 'deploy-bot', '--make-key', '--json'], as(server.adminKey))
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const { secret = '', checks } = told(made)
  expect(checks.map(({ check, status }) => `${check} ${status}`)).toEqual([
    'server ok',
    'agent ok',
    'key ok',
    'guard ok',
  ])
  const { keys } = await admin.call('keys_list', {})
  expect(keys.find(({ agent_id }) => agent_id === 'deploy-bot')).toMatchObject({ role: 'member' })

  const valid = await runScript('validate-integration', ['--agent', 'deploy-bot', '--json'], as(secret))
  expect(told(valid)).toMatchObject({ ok: true })
  expect(valid.code).toBe(0)
  expect(told(valid).checks.map(({ check }) => check)).toEqual([
    'allow', 'block', 'record', 'repeat', 'outcome', 'conflict', 'approval', 'wait', 'withdraw', 'loop', 'close', 'ledger',
  ]) // prettier-ignore
  const { actions } = await admin.call('actions_list', { agent_id: 'deploy-bot' })
  expect(actions.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'completed'])

  const looked = await runScript('diagnose', ['--agent', 'deploy-bot'], as(secret))
  expect(looked).toMatchObject({ code: 0, stderr: '' })
  expect(looked.stdout).toContain('All well.')
  expect(looked.stdout).toContain('valid; it may act as an agent')
  expect(looked.stdout).toContain('the event stream is open')
  expect(looked.stdout).toContain('/mcp answers')
})

test('bootstrap with the key of an agent makes it seen, and says who can make keys', async () => {
  const seen = await runScript('bootstrap', ['--agent', 'quiet-bot'], as(server.agentKey))
  expect(seen).toMatchObject({ code: 0 })
  expect(seen.stdout).toContain('quiet-bot was seen; this key may not register it')
  const refused = await runScript('bootstrap', ['--agent', 'quiet-bot', '--make-key', '--json'], as(server.agentKey))
  expect(refused.code).toBe(1)
  expect(failed(refused)).toEqual(['key'])
})

test('diagnose names what is wrong: no server, a bad key, a halt, a paused agent', async () => {
  const nowhere = await runScript('diagnose', ['--json'], { WRIT_URL: 'http://127.0.0.1:9', WRIT_API_KEY: 'k' })
  expect([nowhere.code, failed(nowhere)]).toEqual([1, ['server']])
  const stranger = await runScript('diagnose', ['--json'], as('writ_agent_nobody'))
  expect([stranger.code, failed(stranger)]).toEqual([1, ['key']])
  await admin.call('halt_start', { reason: 'strange deployments' })
  await admin.call('agents_create', { agent_id: 'paused-bot' })
  await admin.call('agents_pause', { agent_id: 'paused-bot', reason: 'looked at' })
  const stopped = await runScript('diagnose', ['--agent', 'paused-bot', '--json'], as(server.agentKey))
  const halted = await runScript('validate-integration', ['--json'], as(server.agentKey))
  await admin.call('halt_stop', {})
  expect([stopped.code, failed(stopped)]).toEqual([1, ['halt', 'agent']])
  expect(stopped.stdout).toContain('strange deployments')
  expect([halted.code, failed(halted)]).toEqual([1, ['allow']])
})

test('a wrong call ends with 2 and says what is missing', async () => {
  for (const [name, args, env, says] of [
    ['diagnose', [], {}, 'WRIT_URL is not set'],
    ['diagnose', [], { WRIT_URL: 'ftp://x' }, 'must start with http:// or https://'],
    ['diagnose', ['--nonsense'], { WRIT_URL: 'http://x' }, 'Usage:'],
    ['bootstrap', [], { WRIT_URL: 'http://x', WRIT_API_KEY: 'k' }, '--agent is missing'],
    ['validate-integration', [], { WRIT_URL: 'http://x' }, 'WRIT_API_KEY is not set'],
  ] as const) {
    const { code, stderr } = await runScript(name, args, env)
    expect(code).toBe(2)
    expect(stderr).toContain(says)
  }
})
