import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { Connection, deriveIdempotencyKey, GuardBlockedError, Writ, WritError } from './index.ts'
import { routes } from './routes.gen.ts'

let server: TestInstance
let agent: Writ
let person: Writ
beforeAll(async () => {
  server = await testInstance()
  agent = new Writ({ baseUrl: `${server.url}/`, apiKey: server.agentKey, agentId: 'sdk-agent', agentName: 'SDK agent' })
  person = new Writ({ baseUrl: server.url, apiKey: server.adminKey, agentId: 'person' })
})
afterAll(() => server.close())

const failureOf = async (work: Promise<unknown>): Promise<WritError> => {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof WritError) return thrown
  throw new Error(`A WritError was expected, not ${String(thrown)}`)
}

const deploy = (goal: string) => ({ action_type: 'deploy', declared_goal: goal, target: 'prod/shop' })

test('the constructor names what is missing', () => {
  expect(() => new Writ({ baseUrl: '', apiKey: 'k', agentId: 'a' })).toThrow('baseUrl is required')
  expect(() => new Writ({ baseUrl: 'http://x', apiKey: '', agentId: 'a' })).toThrow('apiKey is required')
  expect(() => new Writ({ baseUrl: 'http://x', apiKey: 'k', agentId: '' })).toThrow('agentId is required')
})

test('guard speaks for the agent and never throws on a block', async () => {
  const answer = await agent.guard({ action_type: 'cleanup', act: { kind: 'shell', command: 'rm -rf /' } })
  expect(answer).toMatchObject({ decision: 'block', agent_id: 'sdk-agent', agent_name: 'SDK agent' })
  expect((await agent.guard({ action_type: 'review', agent_id: 'another' })).agent_id).toBe('another')
})

test('createAction: a block is a GuardBlockedError with the decision', async () => {
  const error = await failureOf(
    agent.createAction({
      action_type: 'cleanup',
      declared_goal: 'Free space',
      act: { kind: 'shell', command: 'rm -rf /' },
    }),
  )
  expect(error).toBeInstanceOf(GuardBlockedError)
  expect(error.name).toBe('GuardBlockedError')
  expect(error.decision).toMatchObject({ decision: 'block', reason: error.message })
  expect(error.status).toBe(403)
})

test('the governed loop: pending, approved, woken, reported, looked back at', async () => {
  const { action, action_id } = await agent.createAction(deploy('Ship 1'))
  expect(action.status).toBe('pending_approval')
  expect((await person.getPendingApprovals()).actions.map(({ action_id: id }) => id)).toContain(action_id)
  const waiting = agent.waitForApproval(action_id, { timeout: 20_000 })
  await person.approveAction(action_id, 'allow', 'looks right')
  expect((await waiting).action).toMatchObject({ status: 'running', approved_by: expect.any(String) })

  const context = agent.actionContext(action_id)
  const { assumption_id } = await context.recordAssumption({ assumption: 'The tests passed' })
  const { loop_id } = await agent.registerOpenLoop(action_id, 'validation', 'Watch the error rate')
  expect((await agent.resolveOpenLoop(loop_id, 'completed', 'It is flat')).loop.status).toBe('resolved')
  await context.updateOutcome({ tokens_in: 10, tokens_out: 5, model: 'none' })
  expect((await agent.reportActionSuccess(action_id, 'It is live')).outcome.status).toBe('completed')
  expect(await agent.getActionOutcome(action_id)).toMatchObject({ status: 'completed', summary: 'It is live' })
  expect((await agent.getActionGraph(action_id)).rootActionId).toBe(action_id)
  expect((await agent.getAction(action_id)).assumptions[0]?.assumption_id).toBe(assumption_id)
})

test('a second report is a 409 that tells the first', async () => {
  const { action_id } = await agent.createAction({ action_type: 'review', declared_goal: 'Look' })
  await agent.reportActionFailure(action_id, 'it broke')
  const error = await failureOf(agent.reportActionPartial(action_id, { done: 1 }))
  expect(error).toMatchObject({ status: 409, message: 'outcome already set', decision: { current_status: 'failed' } })
})

test('a refused input names each field and the request', async () => {
  const error = await failureOf(agent.guard({ action_type: 'x', risk_score: 1.5 }))
  expect(error).toMatchObject({ status: 400, code: 'invalid_input', requestId: expect.stringMatching(/^req_/) })
  expect(error.details?.join()).toContain('risk_score')
})

test('issue 2: waiting for an id that is no action is refused at once, with what to use instead', async () => {
  const { decision_id } = await agent.guard({ action_type: 'review', declared_goal: 'look around' })
  expect(await failureOf(agent.waitForApproval(decision_id))).toMatchObject({ status: 404, code: 'WRONG_ID_KIND' })
  expect(await failureOf(agent.waitForApproval('act_none'))).toMatchObject({ status: 404, code: 'not_found' })
})

test('heartbeats, connections, and the agents as they are seen', async () => {
  expect(await agent.heartbeat('busy', { host: 'h' }, { currentTaskId: 't-1' })).toMatchObject({ status: 'ok' })
  expect(await agent.reportConnections([{ name: 'repo', type: 'oauth', status: 'ok' }, {}])).toMatchObject({
    created: 1,
    errors: [{ index: 1 }],
  })
  const { agent: seen } = await agent.getAgent()
  expect(seen).toMatchObject({ agent_name: 'SDK agent', presence: { status: 'busy', current_task_id: 't-1' } })
  expect((await agent.getAgents({ q: 'sdk-' })).agents.map(({ agent_id: id }) => id)).toEqual(['sdk-agent'])
  expect((await agent.getAgentProfile()).trust.decisions).toBeGreaterThan(0)
})

test('a stranger where enrolment is closed is a GuardBlockedError with its own code', async () => {
  const enrolment = (agent_enrolment: 'open' | 'closed') =>
    person.call('settings_update', { settings: { agent_enrolment } })
  await enrolment('closed')
  const stranger = new Writ({ baseUrl: server.url, apiKey: server.agentKey, agentId: 'stranger' })
  const error = await failureOf(stranger.createAction({ action_type: 'review', declared_goal: 'Look' }))
  expect(error).toBeInstanceOf(GuardBlockedError)
  expect(error).toMatchObject({ status: 403, code: 'AGENT_NOT_REGISTERED', decision: { decision: 'block' } })
  expect(await failureOf(stranger.heartbeat())).toMatchObject({ status: 403, code: 'AGENT_NOT_REGISTERED' })
  await enrolment('open')
})

test('an agent key may not approve', async () => {
  const { action_id } = await agent.createAction(deploy('Ship 2'))
  expect(await failureOf(agent.approveAction(action_id, 'allow'))).toMatchObject({ status: 403 })
})

test('any operation by its name; ids are escaped in the path', async () => {
  expect((await agent.call('system_health', {})).status).toBe('ok')
  expect(await failureOf(agent.getAction('no/such action?'))).toMatchObject({ status: 404 })
  expect(
    (await person.simulatePolicy({ policy_type: 'block_action_type', rules: { action_types: ['x'] } })).summary.block,
  ).toBe(0)
})

test('every operation of the server has its route; what hosts send is passed on whole', async () => {
  expect(Object.keys(routes).toSorted()).toEqual(operations.map(({ name }) => name).toSorted())
  const event = { tool_name: 'Bash', tool_use_id: 'toolu_sdk', session_id: 's1', tool_input: { command: 'git status' } }
  const asked = { host: 'claude-code', agent: 'sdk-agent', hook_event_name: 'PreToolUse', wait: 0, ...event } as const
  expect(JSON.stringify(await agent.call('hosts_ask', asked))).not.toContain('deny')
  const ended = {
    ...asked,
    hook_event_name: 'PostToolUse',
    tool_response: { stdout: 'clean' },
    permission_mode: 'plan',
  }
  expect(await agent.call('hosts_record', ended)).toEqual({})
  const { actions } = await agent.call('actions_list', { agent_id: 'sdk-agent', limit: 1 })
  expect(actions[0]).toMatchObject({ status: 'completed', output_summary: expect.stringContaining('clean') })
})

test('no server, no time, no wish: each is its own failure', async () => {
  const nowhere = new Connection({ baseUrl: 'http://127.0.0.1:9', apiKey: 'k' })
  expect(await failureOf(nowhere.call('system_health', {}))).toMatchObject({ status: 0, code: 'unreachable' })
  const never: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) =>
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
    )
  const slow = new Connection({ baseUrl: server.url, timeoutMs: 20, fetch: never })
  expect(await failureOf(slow.call('system_health', {}))).toMatchObject({ status: 0, code: 'timeout' })
  const aborted = agent.call('system_health', {}, { signal: AbortSignal.abort() })
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
})

test('an answer that is not JSON counts as empty', async () => {
  const html: typeof fetch = () => Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 502 }))
  const error = await failureOf(new Connection({ baseUrl: 'http://x', fetch: html }).call('system_health', {}))
  expect(error).toMatchObject({ message: 'Request failed with status 502', status: 502, decision: {} })
})

test('an idempotency key is a string, and does not depend on the order of its parts', () => {
  const key = deriveIdempotencyKey({ b: 2, a: 'x', none: null })
  expect(key).toBe(agent.deriveIdempotencyKey({ none: undefined, a: 'x', b: 2 }))
  // SHA-256 of "a=x|b=2|none="
  expect(key).toBe('740461567d5ee0f5d3754fd6b1f0fe89bce0f93348b7429fda9bebd253ced96e')
  expect(() => deriveIdempotencyKey('text' as never)).toThrow(TypeError)
})
