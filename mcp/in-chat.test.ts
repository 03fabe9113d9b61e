import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { firstClient, modernClient, type Person, type TestClient } from './test-clients.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

/** An agent's act that waits for a person. */
async function pendingAct(): Promise<string> {
  const { status, body } = await server.rest('POST', '/api/actions', server.agent, {
    agent_id: 'builder',
    action_type: 'apply',
    declared_goal: 'Rename the bucket\nRisk: 0 of 100',
    status: 'pending_approval',
    act: { kind: 'shell', command: `mv bucket-${Math.random()} other` },
  })
  if (status !== 202) throw new Error(JSON.stringify(body))
  return body['action_id'] as string
}

async function stateOf(
  actionId: string,
): Promise<{ status: string; error_message: string | null; approved_by: string | null }> {
  const { body } = await server.rest('GET', `/api/actions/${actionId}`, server.admin)
  return body['action'] as { status: string; error_message: string | null; approved_by: string | null }
}

const ways = [
  { name: 'protocol 2026-07-28 over HTTP, by input_required', connect: modernClient, over: 'http' },
  { name: 'protocol 2026-07-28 through the bridge', connect: modernClient, over: 'stdio' },
  { name: 'protocol 2025-11-25 through the bridge, by a request in the session', connect: firstClient, over: 'stdio' },
] as const

describe.each(ways)('$name', ({ connect, over }) => {
  let client: TestClient
  let answer: ReturnType<Person>
  let shown: string[]
  let actionId: string
  beforeAll(async () => {
    const person: Person = (message) => {
      shown.push(message)
      return answer
    }
    client = await connect({ url: server.url, key: server.admin, person }, over)
  })
  afterAll(() => client.close())
  beforeEach(async () => {
    shown = []
    actionId = await pendingAct()
  })

  const wait = (timeout_seconds = 10) => client.call('writ_wait_for_approval', { action_id: actionId, timeout_seconds })

  test('the person sees the act, and their approval hands it to the agent that asked, not to their own client', async () => {
    answer = { action: 'accept', content: { verdict: 'approve' } }
    expect((await wait()).body).toMatchObject({ approved: true, released: false })
    expect(shown).toHaveLength(1)
    expect(shown[0]).toContain('Wants to: Rename the bucket Risk: 0 of 100')
    expect(shown[0]).toContain('Agent: builder')
    expect(shown[0]).toContain('"command":"mv bucket-')
    expect(shown[0]?.match(/^Risk: /gm)).toHaveLength(1)
    expect(await stateOf(actionId)).toMatchObject({ status: 'running', approved_by: expect.any(String) })
    const agents = await server.rest('GET', `/api/actions/${actionId}/wait?timeout_seconds=1`, server.agent)
    expect(agents.body).toMatchObject({ approved: true, released: true })
  })

  test('a denial carries the reason to the agent', async () => {
    answer = { action: 'accept', content: { verdict: 'deny', reason: 'Not on a Friday' } }
    expect((await wait()).body).toMatchObject({
      denied: true,
      denial_reason: expect.stringContaining('Not on a Friday'),
    })
  })

  test('declining the question is an explicit no', async () => {
    answer = { action: 'decline' }
    expect((await wait()).body).toMatchObject({ approved: false, denied: true })
  })

  test('closing the question decides nothing', async () => {
    answer = { action: 'cancel' }
    expect((await wait(0)).body).toMatchObject({ approved: false, denied: false, timed_out: true })
    expect(await stateOf(actionId)).toMatchObject({ status: 'pending_approval' })
  })

  test('nobody is asked about what is decided already', async () => {
    answer = { action: 'accept', content: { verdict: 'deny' } }
    await server.rest('POST', `/api/approvals/${actionId}`, server.admin, { decision: 'allow' })
    expect((await wait()).body).toMatchObject({ approved: true })
    expect(shown).toEqual([])
  })
})

test('the client of an agent key is never asked; it is told how a person approves', async () => {
  const asked: string[] = []
  const person: Person = (message) => {
    asked.push(message)
    return { action: 'accept', content: { verdict: 'approve' } }
  }
  const client = await modernClient({ url: server.url, key: server.agent, person }, 'http')
  const actionId = await pendingAct()
  const waited = await client.call('writ_wait_for_approval', { action_id: actionId, timeout_seconds: 0 })
  await client.close()
  expect(asked).toEqual([])
  expect(waited.body).toMatchObject({ timed_out: true })
  expect(waited.text.at(-1)).toContain(`writ approve ${actionId}`)
})

test('a person who is slower than a colleague changes nothing', async () => {
  const actionId = await pendingAct()
  const person: Person = () => ({ action: 'accept', content: { verdict: 'deny' } })
  const slow: Person = (message) => person(message)
  const client = await modernClient({ url: server.url, key: server.admin, person: slow }, 'http')
  const [waited, decided] = await Promise.all([
    client.call('writ_wait_for_approval', { action_id: actionId, timeout_seconds: 10 }),
    server.rest('POST', `/api/approvals/${actionId}`, server.admin, { decision: 'allow' }),
  ])
  await client.close()
  const { status } = await stateOf(actionId)
  expect(waited.isError).toBe(false)
  expect(waited.body).toMatchObject(decided.status === 200 ? { approved: true, denied: false } : { denied: true })
  expect(status).toBe(decided.status === 200 ? 'running' : 'failed')
})

test('with separation of duties the one who asked for the act is not the one who is asked', async () => {
  const second = await server.key({ name: 'second approver', role: 'admin' })
  const created = await server.rest('POST', '/api/actions', second, {
    agent_id: 'builder',
    action_type: 'apply',
    declared_goal: 'My own act',
    status: 'pending_approval',
  })
  const asked: string[] = []
  const person: Person = (message) => {
    asked.push(message)
    return { action: 'accept', content: { verdict: 'approve' } }
  }
  const client = await modernClient({ url: server.url, key: second, person }, 'http')
  const given = { action_id: created.body['action_id'], timeout_seconds: 0 }
  expect((await client.call('writ_wait_for_approval', given)).body).toMatchObject({ timed_out: true })
  await client.close()
  expect(asked).toEqual([])
})
