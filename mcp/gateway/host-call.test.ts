import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Connection } from '#http/client/index'
import { testInstance, type TestInstance } from '#http/test-instance'
import { testGateway, textOf, type TestGateway } from './test-gateway.ts'

vi.setConfig({ testTimeout: 60_000 })

let instance: TestInstance
let admin: Connection
let one: TestGateway
let agent: string
let agents = 0
beforeAll(async () => {
  instance = await testInstance()
  admin = new Connection({ baseUrl: instance.url, apiKey: instance.adminKey })
})
afterAll(() => instance.close())

function gateway(): void {
  agents += 1
  agent = `joined-${agents}`
  one = testGateway({ url: instance.url, apiKey: instance.agentKey, agent, server: 'test', claudeSession: agent })
}

/** The client's hook asks first, then the client calls the server, as Claude Code does. */
async function asked(id: string, input: object): Promise<string> {
  const event = {
    session_id: agent,
    tool_name: 'mcp__test__run_shell',
    tool_input: input,
    tool_use_id: id,
    agent,
    wait: 0,
  }
  return JSON.stringify(await admin.call('hosts_ask', { host: 'claude-code', ...event }))
}
const called = async (id: string, input: Readonly<Record<string, unknown>>) =>
  textOf(await one.call('run_shell', input, { _meta: { 'claudecode/toolUseId': id } }))
const actions = async () => (await admin.call('actions_list', { agent_id: agent, limit: 100 })).actions

test('a call that the hook was allowed is made without a second question, and its end is on the one record', async () => {
  gateway()
  await asked('t1', { command: 'git status' })
  expect(await called('t1', { command: 'git status' })).not.toContain('Writ:')
  await vi.waitFor(async () => expect((await actions()).map(({ status }) => status)).toEqual(['completed']))
  // The same name a second time, and other arguments under a name that was asked about, are calls of their own.
  await called('t1', { command: 'git status' })
  await asked('t2', { command: 'git log' })
  expect(await called('t2', { command: 'git push --force' })).toMatch(/writ approve act_/)
  expect(await actions()).toHaveLength(4)
  await one.end()
})

test('one approval is enough for a call that hook and gateway both stand before', async () => {
  gateway()
  const push = { command: 'git push --force' }
  expect(await asked('t1', push)).toMatch(/writ approve act_/)
  const [pending] = await actions()
  await admin.call('approvals_decide', { action_id: pending?.action_id ?? '', decision: 'allow' })
  expect(await asked('t2', push)).not.toContain('writ approve')
  expect(await called('t2', push)).not.toContain('Writ:')
  await vi.waitFor(async () => expect((await actions()).map(({ status }) => status)).toEqual(['completed']))
  expect(await called('t3', push)).toMatch(/writ approve act_/)
  await one.end()
})

test('what the hook was refused is refused here', async () => {
  gateway()
  expect(await asked('t1', { command: 'rm -rf /' })).toContain('blocked')
  expect(await called('t1', { command: 'rm -rf /' })).toContain('Writ: blocked')
  await one.end()
})
