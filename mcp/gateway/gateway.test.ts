import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Connection } from '#http/client/index'
import { testInstance, type TestInstance } from '#http/test-instance'
import { testGateway, textOf, tool, type TestGateway, type TestGatewayOptions } from './test-gateway.ts'
import { ATTACK, SECRET } from './test-wrapped.ts'

// Programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 })

let instance: TestInstance
let admin: Connection
const open = new Set<TestGateway>()
beforeAll(async () => {
  instance = await testInstance()
  admin = new Connection({ baseUrl: instance.url, apiKey: instance.adminKey })
})
afterAll(async () => {
  await Promise.all([...open].map((one) => one.end()))
  await instance.close()
})

let agents = 0
/** Tools have names of their own in each test: those of two servers with one name are twins. */
function gateway(options: Partial<TestGatewayOptions> = {}): TestGateway {
  agents += 1
  const one = testGateway({
    url: instance.url,
    apiKey: instance.agentKey,
    agent: `agent-${agents}`,
    server: 'test',
    ...options,
  })
  open.add(one)
  return one
}

const actionsOf = async (agent: string) => (await admin.call('actions_list', { agent_id: agent, limit: 100 })).actions
const closed = async (agent: string, count = 1) => {
  await vi.waitFor(
    async () => {
      const all = await actionsOf(agent)
      expect(all.filter(({ status }) => status !== 'running')).toHaveLength(count)
    },
    { timeout: 10_000 },
  )
  return actionsOf(agent)
}

test('what is not governed passes byte for byte in both directions', async () => {
  const one = gateway()
  const odd =
    '{ "jsonrpc":"2.0", "id" : 5, "method":"odd/raw", "params":{"n":1.0,"big":12345678901234567890,"s":"\\u00e9\u2028/\\/"} }'
  expect(await one.raw(odd, 5)).toBe(`{ "jsonrpc": "2.0",  "id": 5, "result": ${odd} , "more": 1.50 }`)
  const unknown = await one.raw('{"jsonrpc":"2.0","id":"x","method":"server/discover","params":{}}', 'x')
  expect(unknown).toBe(
    '{"jsonrpc":"2.0","id":"x","error":{"code":-32601,"message":"Method not found","data":{"method":"server/discover"}}}',
  )
  one.say('{"jsonrpc":"2.0","method":"notifications/roots/list_changed" }')
  const call =
    '{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"echo","arguments":{"message":"a","n":1.0,"big":12345678901234567890}}}'
  expect(await one.raw(call, 6)).toBe('{"jsonrpc":"2.0","id":6,"result":{"content":[{"type":"text","text":"a"}]}}')
  const received = JSON.parse(textOf(await one.call('received'))) as string[]
  expect(received).toEqual(
    expect.arrayContaining([odd, call, '{"jsonrpc":"2.0","method":"notifications/roots/list_changed" }']),
  )
  const listed = await one.raw('{"jsonrpc":"2.0","id":7,"method":"tools/list"}', 7)
  expect(listed).toMatch(/^\{"jsonrpc":"2.0","id":7,"result":\{"tools":\[.*\],"odd":1.0\}\}$/)
})

test('a request of the server to the client passes, and so does its answer', async () => {
  const one = gateway()
  const answer = one.call('ask')
  await vi.waitFor(() => expect(one.lines.some((line) => line.includes('"q1"'))).toBe(true), { timeout: 10_000 })
  expect(one.lines.find((line) => line.includes('"q1"'))).toContain('"maxTokens":1.0}')
  one.say('{"jsonrpc":"2.0","id":"q1","result":{"role":"assistant"}}')
  expect(textOf(await answer)).toBe('{"role":"assistant"}')
})

test('a call that may run is recorded with its outcome, in words without secrets', async () => {
  const one = gateway({ agent: 'outcomes' })
  expect(textOf(await one.call('echo', { message: 'hello' }))).toBe('hello')
  await closed('outcomes')
  expect((await one.call('fail')).result).toMatchObject({ isError: true })
  await one.call('leak')
  const [leaked, failed, done] = await closed('outcomes', 3)
  expect(done).toMatchObject({
    status: 'completed',
    output_summary: 'hello',
    declared_goal: expect.stringContaining('mcp__test__echo'),
  })
  expect(failed).toMatchObject({ status: 'failed', error_message: 'no such thing' })
  expect(leaked?.output_summary).toMatch(/^\[\d secrets taken out of the result\] the token is \[REDACTED/)
  expect(done?.duration_ms).toBeGreaterThanOrEqual(0)
})

test('a blocked call is not made, and the agent is told why', async () => {
  const one = gateway()
  const { result } = await one.call('run_shell', { command: 'rm -rf /' })
  expect(result).toMatchObject({
    isError: true,
    content: [{ type: 'text', text: expect.stringMatching(/^Writ: blocked: .+policy: /) }],
  })
  expect(textOf(await one.call('received'))).not.toContain('rm -rf')
})

const FORCED = 'git push --force origin feature'

test('a call that needs a person waits, is refused with what to do, and runs once after the approval', async () => {
  const one = gateway({ agent: 'patient' })
  const asked = await one.call('run_shell', { command: FORCED, description: 'first words' })
  expect(asked.result?.isError).toBe(true)
  const [id] = /act_[0-9a-f-]+/.exec(textOf(asked)) ?? []
  expect(textOf(asked)).toContain(`writ approve ${id}`)
  expect(textOf(asked)).toContain('exactly the same arguments')
  await admin.call('approvals_decide', { action_id: String(id), decision: 'allow' })
  const again = await one.call('run_shell', { command: FORCED, description: 'other words' })
  expect(textOf(again)).toBe(`ran ${FORCED}`)
  const third = await one.call('run_shell', { command: FORCED })
  expect(textOf(third)).toContain('waits for a person')
  const [, action] = await closed('patient', 2)
  expect(action).toMatchObject({ action_id: id, status: 'completed', output_summary: `ran ${FORCED}` })
})

test('an approval during the wait lets the call go on; a denial tells its reason', async () => {
  const one = gateway({ agent: 'waiting', waitSeconds: 30 })
  for (const [decision, expected] of [
    ['allow', 'ran git push --force origin one'],
    ['deny', 'not today'],
  ] as const) {
    const command = `git push --force origin ${decision === 'allow' ? 'one' : 'two'}`
    const answer = one.call('run_shell', { command })
    const pending = await vi.waitUntil(
      async () => (await actionsOf('waiting')).find(({ status }) => status === 'pending_approval'),
      { timeout: 10_000 },
    )
    await admin.call('approvals_decide', { action_id: pending.action_id, decision, reasoning: 'not today' })
    expect(textOf(await answer)).toContain(expected)
  }
})

test('what asks for input first goes on under its first decision', async () => {
  const one = gateway({ agent: 'confirming' })
  const command = { command: FORCED }
  const first = await one.call('confirm', command)
  expect(first.result).toMatchObject({ resultType: 'input_required' })
  expect(await actionsOf('confirming')).toMatchObject([{ status: 'running' }])
  const go = { requestState: 'state-1', inputResponses: { a: {} } }
  expect(textOf(await one.call('confirm', command, go))).toBe('confirmed')
  expect(await closed('confirming')).toHaveLength(1)
  // Once: a second time it is a call of its own.
  await one.call('confirm', command, go)
  expect(await actionsOf('confirming')).toHaveLength(2)
})

test('secrets are taken out of what a tool gives, unless the operator keeps them', async () => {
  const { result } = await gateway().call('leak')
  expect(JSON.stringify(result)).not.toContain(SECRET)
  expect(JSON.stringify(result)).not.toContain('correct-horse')
  expect(result).toMatchObject({ structuredContent: { size: 1, token: expect.stringContaining('REDACTED') } })
  expect(textOf(await gateway({ keepSecrets: true }).call('leak'))).toContain(SECRET)
})

test('injected instructions are told before them, or withheld where the operator says so', async () => {
  const warned = await gateway({ agent: 'warned' }).call('poison')
  expect(warned.result?.content).toMatchObject([
    { text: expect.stringMatching(/^Writ: .*high|critical/) },
    { text: ATTACK },
  ])
  expect((await closed('warned'))[0]?.output_summary).toContain('instructions aimed at the agent')
  const withheld = await gateway({ onInjection: 'block' }).call('poison')
  expect(withheld.result?.isError).toBe(true)
  expect(JSON.stringify(withheld)).not.toContain('id_rsa')
})

test('an answer that would slip by what is looked at never reaches the client', async () => {
  const one = gateway()
  const answer = await one.call('twice')
  expect(answer.result?.content?.[0]?.text).toMatch(/^Writ: /)
  await one.call('echo')
  const bare = one.lines.filter((line) => line.includes('ignore all previous') && !line.includes('Writ: '))
  // The second answer to a request that is answered is no answer to the client; one id stands in it.
  for (const line of bare) expect(line.match(/"id"/g)).toHaveLength(1)
  expect(one.lines.some((line) => line.includes('999'))).toBe(false)
})

test('a batch, a call that is no request, and a line that is no JSON are not passed on', async () => {
  const one = gateway()
  const call = '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo","arguments":{"message":"unasked"}}}'
  one.say(call)
  expect(await one.raw(`[${call}]`, null)).toContain('-32600')
  expect(await one.raw('{', null)).toContain('-32700')
  await one.call('noise')
  expect(one.told.join()).toContain('no JSON-RPC message')
  expect(one.lines.join()).not.toContain('this is no JSON"')
  expect(textOf(await one.call('received'))).not.toContain('unasked')
})

test('a cancelled call: one that waits is never made, one that runs is cancelled at the server', async () => {
  const one = gateway({ agent: 'cancelling', waitSeconds: 30 })
  void one.raw(
    JSON.stringify({
      jsonrpc: '2.0',
      id: 900,
      method: 'tools/call',
      params: { name: 'run_shell', arguments: { command: FORCED } },
    }),
    900,
  )
  await vi.waitUntil(async () => (await actionsOf('cancelling')).length === 1, { timeout: 10_000 })
  one.say('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":900}}')
  const slow = {
    jsonrpc: '2.0',
    id: 901,
    method: 'tools/call',
    params: { name: 'slow', _meta: { progressToken: 'p' } },
  }
  void one.raw(JSON.stringify(slow), 901)
  await vi.waitUntil(() => one.lines.some((line) => line.includes('notifications/progress')), { timeout: 10_000 })
  const cancel = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":901,"reason":"enough"}}'
  one.say(cancel)
  const received = JSON.parse(textOf(await one.call('received'))) as string[]
  expect(received).toContain(cancel)
  expect(received.filter((line) => line.includes('900'))).toEqual([])
  await vi.waitFor(async () => {
    const all = await actionsOf('cancelling')
    expect(all.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'completed', 'pending_approval'])
  })
})

test('50 parallel calls are each decided, answered with their own result, and closed', async () => {
  const one = gateway({ agent: 'parallel' })
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => one.call('echo', { message: `m${index}` })),
  )
  expect(answers.map(textOf)).toEqual(Array.from({ length: 50 }, (_, index) => `m${index}`))
  const all = await closed('parallel', 50)
  expect(new Set(all.map(({ output_summary }) => output_summary)).size).toBe(50)
})

test('without an answer of Writ no call is made, and no list is shown that was not checked', async () => {
  const away = { url: 'http://127.0.0.1:9', apiKey: 'writ_live_x' }
  const one = gateway(away)
  const refused = await one.call('echo', { message: 'x' })
  expect(refused.result?.isError).toBe(true)
  expect(textOf(refused)).toContain('cannot be reached')
  expect((await one.ask('tools/list')).error?.message).toContain('cannot be reached')
  const allowed = gateway({ ...away, unavailable: 'allow' })
  expect(textOf(await allowed.call('echo', { message: 'x' }))).toBe('x')
  expect(allowed.told.join()).toContain('ran without a decision')
  const foreign = gateway({ apiKey: 'writ_live_nobody', unavailable: 'allow' })
  expect((await foreign.call('echo')).result?.isError).toBe(true)
})

test('a key that is bound to an agent speaks for it, whatever the client calls itself', async () => {
  const { secret } = await admin.call('keys_create', { name: 'b', role: 'member', agent_id: 'bound-agent' })
  const one = testGateway({ url: instance.url, apiKey: secret, server: 'test' })
  open.add(one)
  await one.ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'Some Host', version: '1' },
  })
  expect(textOf(await one.call('echo', { message: 'x' }))).toBe('x')
  expect(await closed('bound-agent')).toHaveLength(1)
})

test('a server that ends takes the gateway with it, with its status', async () => {
  const one = gateway({ agent: 'dying' })
  void one.call('die')
  expect(await one.status).toBe(7)
  expect(await closed('dying')).toMatchObject([{ status: 'cancelled' }])
})

test('a tool without a name that can be checked is not shown', async () => {
  const one = gateway({ tools: [tool('echo'), { description: 'no name' }, tool('deep', { inputSchema: nested(60) })] })
  expect((await one.ask('tools/list')).result?.tools).toMatchObject([{ name: 'echo' }])
})

function nested(depth: number): object {
  return depth === 0 ? {} : { properties: { a: nested(depth - 1) } }
}
