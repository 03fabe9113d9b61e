import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testServer, type TestServer } from '../test-server.ts'
import { ClawTrait, ClawTraitError } from './clawtrait.ts'

let server: TestServer
let ct: ClawTrait
beforeAll(async () => {
  server = await testServer(operations)
  ct = new ClawTrait({ apiKey: await server.key({ role: 'member', prefix: 'ct_' }), baseUrl: `${server.url}/` })
})
afterAll(() => server.close())

test('the quick start of the document: after its first event the agent is there with its figures', async () => {
  const { id } = await ct.trackTask({
    agentId: 'support-bot-1',
    task: 'resolve-ticket',
    outcome: 'success',
    cost: 0.042,
    durationMs: 3200,
    metadata: { ticketId: 'TK-1234', model: 'gpt-4o' },
  })
  expect(id).toMatch(/\S/)
  expect(await ct.getStats('support-bot-1', { period: '7d' })).toEqual({
    agentId: 'support-bot-1',
    period: '7d',
    totalTasks: 1,
    successRate: 1,
    costPerTask: 0.042,
    totalCost: 0.042,
    netROI: null,
  })
  expect(await ct.getDrift('support-bot-1')).toMatchObject({ status: 'insufficient_data', driftScore: 0 })
})

test('the whole base path is an address as well', async () => {
  const key = await server.key({ role: 'member' })
  const other = new ClawTrait({ apiKey: key, baseUrl: `${server.url}/clawtrait/v1` })
  const event = { agentId: 'a b/c', task: 't', outcome: 'partial', metadata: { value: 2 }, cost: 1 } as const
  await other.trackTask(event)
  expect(await other.getStats('a b/c')).toMatchObject({ successRate: 0.5, netROI: 1 })
})

test('what is refused is an error with the status, the code and the reason', async () => {
  const failing = ct.trackTask({ agentId: 'x', task: 't', outcome: 'success', cost: -1 })
  await expect(failing).rejects.toThrow(ClawTraitError)
  await expect(failing).rejects.toMatchObject({
    status: 400,
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/^cost:/),
  })
  const stranger = new ClawTrait({ apiKey: 'ct_nobody', baseUrl: server.url })
  await expect(stranger.getStats('x')).rejects.toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  const nowhere = new ClawTrait({ apiKey: 'ct_x', baseUrl: 'http://127.0.0.1:1' })
  await expect(nowhere.getDrift('x')).rejects.toMatchObject({ status: 0, code: 'unreachable' })
  expect(() => new ClawTrait({ apiKey: undefined })).toThrow('apiKey is required')
})
