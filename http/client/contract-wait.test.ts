import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { Writ } from './index.ts'

/**
 * What a client of the wire contract that we did not write does, step by step as its description says: listen
 * without an Accept header, take `approved_by` for a permission and `failed` or `cancelled` for a denial, then read
 * the action. It knows nothing of resuming, and does not poll while the stream is open.
 */
async function strangersWait(server: TestInstance, actionId: string, timeout: number): Promise<string> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeout)
  try {
    const response = await fetch(`${server.url}/api/stream`, {
      headers: { 'Content-Type': 'application/json', 'x-api-key': server.agentKey },
      signal: controller.signal,
    })
    if (!response.ok || response.body === null) return `status ${response.status}`
    let rest = ''
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const lines = block.split('\n')
        const event = lines.find((line) => line.startsWith('event: '))?.slice(7)
        const data = lines
          .filter((line) => line.startsWith('data: '))
          .map((line) => line.slice(6))
          .join('')
        if (event !== 'action.updated' || data === '') continue
        const action = JSON.parse(data) as Record<string, unknown>
        if (action['action_id'] !== actionId) continue
        if (action['approved_by']) return 'approved'
        if (action['status'] === 'failed' || action['status'] === 'cancelled')
          return `denied: ${String(action['error_message'])}`
      }
    }
    return 'ended'
  } catch {
    return 'timed out'
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}

let server: TestInstance
let agent: Writ
let person: Writ
beforeAll(async () => {
  server = await testInstance()
  agent = new Writ({ baseUrl: server.url, apiKey: server.agentKey, agentId: 'stranger' })
  person = new Writ({ baseUrl: server.url, apiKey: server.adminKey, agentId: 'person' })
})
afterAll(() => server.close())

const pending = async (goal: string): Promise<string> => {
  return (await agent.createAction({ action_type: 'deploy', declared_goal: goal, target: 'prod/shop' })).action_id
}

test('a client of the contract is woken by an approval', async () => {
  const id = await pending('one')
  const waiting = strangersWait(server, id, 10_000)
  setTimeout(() => void person.approveAction(id, 'allow'), 200)
  expect(await waiting).toBe('approved')
})

test('a client of the contract hears a denial with its reason, never as an approval', async () => {
  const id = await pending('two')
  const waiting = strangersWait(server, id, 10_000)
  setTimeout(() => void person.approveAction(id, 'deny', 'use staging'), 200)
  expect(await waiting).toBe('denied: use staging')
})

test('a ruling that came before the client listened is not lost', async () => {
  const id = await pending('three')
  await person.approveAction(id, 'allow')
  expect(await strangersWait(server, id, 5000)).toBe('approved')
})
