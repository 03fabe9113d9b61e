import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer, type TestServer } from '#http/test-server'
import { TestOpenClaw } from './test-openclaw.ts'

let server: TestServer
let openclaw: TestOpenClaw
let orgId: string
beforeAll(async () => {
  server = await testServer(operations)
})
afterAll(() => server.close())
beforeEach(async () => {
  orgId = (await testOrg(server.runtime)).orgId
  openclaw = new TestOpenClaw()
  openclaw.connect({ server: server.url, key: await server.key({ role: 'member', agentId: 'coder' }, orgId) })
})
afterEach(() => openclaw.remove())

const statuses = async () => {
  const rows = server.runtime.db.selectFrom('action_record').select('status').where('org_id', '=', orgId)
  return (await rows.execute()).map(({ status }) => status)
}

const event = (name: string, context: object) => {
  const [type, action] = name.split(/:(.*)/)
  return { type, action, sessionKey: 'agent:main:x', timestamp: new Date(), context, messages: [] }
}

test.each([
  ['command:new', { previousSessionEntry: { sessionId: 'old' }, sessionEntry: { sessionId: 'new' } }],
  ['command:reset', { sessionEntry: { sessionId: 'old' } }],
  ['session:auto-reset', { sessionEntry: { sessionId: 'old' }, nextSessionId: 'new' }],
])('%s closes what the session left open, and nothing of another', async (name, context) => {
  await openclaw.run([
    ['before_tool_call', openclaw.shell('git status'), { sessionId: 'old' }],
    ['before_tool_call', openclaw.shell('git log'), { sessionId: 'new' }],
    ['session', event(name, context)],
  ])
  expect((await statuses()).toSorted()).toEqual(['cancelled', 'running'])
})

test('a stop leaves what just began to its own end', async () => {
  const context = { sessionEntry: { sessionId: 'old' } }
  await openclaw.run([
    ['before_tool_call', openclaw.shell('git status'), { sessionId: 'old' }],
    ['session', event('command:stop', context)],
  ])
  expect(await statuses()).toEqual(['running'])
})

test("without a server, a gate or a session it gets in nobody's way", async () => {
  openclaw.connect({ server: 'http://127.0.0.1:9', key: 'k' })
  expect((await openclaw.run([['session', event('command:new', {})]])).answers).toEqual([null])
  openclaw.write('.writ/hosts/openclaw/connection.json', '{')
  expect((await openclaw.run([['session', { ...event('command:new', {}), context: undefined }]])).answers).toEqual([
    null,
  ])
})
