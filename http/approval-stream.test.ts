import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { testDatabase, testEngine, type TestDatabase } from '#core/testing/database'
import { startServer, type RunningServer } from './serve.ts'
import { openStream, type Received, type StreamReader } from './test-stream.ts'

let home: string
let database: TestDatabase | undefined
let server: RunningServer
let admin: string
let agent: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-approval-'))
  if (testEngine() === 'postgres') database = await testDatabase()
  const where = database?.url === undefined ? {} : { database_url: database.url }
  const settings = { ...loadSettings({ env: {}, home }), port: 0, ...where }
  server = await startServer({ settings, log: silentLog, signals: false })
  admin = server.first?.admin.secret ?? ''
  agent = server.first?.agent.secret ?? ''
  const rules = { action_types: ['deploy'] }
  await call('POST', '/api/policies', admin, { name: 'Deploys are approved', policy_type: 'require_approval', rules })
})
afterAll(async () => {
  await server.close()
  await database?.close()
  await rm(home, { recursive: true, force: true })
})

async function call(method: string, path: string, key: string, body?: object) {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(server.url + path, { method, headers, ...sent })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

let acts = 0
async function pendingAct(): Promise<string> {
  const act = { action_type: 'deploy', agent_id: 'a', declared_goal: `deploy ${(acts += 1)}` }
  const { status, body } = await call('POST', '/api/actions', agent, act)
  expect(status).toBe(202)
  return String(body['action_id'])
}
const decide = (id: string, decision: 'allow' | 'deny') =>
  call('POST', `/api/actions/${id}/approve`, admin, { decision, reasoning: 'seen' })
const listen = (): Promise<StreamReader> => openStream(`${server.url}/api/stream`, { 'x-api-key': agent })

async function untilRuled(stream: StreamReader, id: string): Promise<Received> {
  for (;;) {
    const told = await stream.next()
    if (
      told.event === 'action.updated' &&
      told.data['action_id'] === id &&
      told.data['status'] !== 'pending_approval'
    ) {
      return told
    }
  }
}

test('a waiting agent is told of its approval by the row itself', async () => {
  const id = await pendingAct()
  const stream = await listen()
  await stream.next()
  expect((await decide(id, 'allow')).status).toBe(200)
  const { data } = await untilRuled(stream, id)
  expect(data).toMatchObject({ action_id: id, status: 'running', approved_by: expect.any(String) as string })
  stream.close()
})

test('a denial leaves approved_by empty', async () => {
  const id = await pendingAct()
  const stream = await listen()
  await stream.next()
  await decide(id, 'deny')
  const { data } = await untilRuled(stream, id)
  expect(data).toMatchObject({ status: 'failed', approved_by: null })
  stream.close()
})

test('an agent that listens only after the approval is told all the same', async () => {
  const id = await pendingAct()
  await decide(id, 'allow')
  const stream = await listen()
  const { data } = await untilRuled(stream, id)
  expect(data['approved_by']).toEqual(expect.any(String))
  stream.close()
})

test('decisions of the guard are told as rows', async () => {
  const stream = await listen()
  while ((await stream.next()).event !== 'connected');
  await call('POST', '/api/guard', agent, { action_type: 'research', agent_id: 'b', declared_goal: 'read' })
  let told = await stream.next()
  while (told.event !== 'guard.decision.created') told = await stream.next()
  expect(told.data).toMatchObject({ agent_id: 'b', decision: expect.any(String) as string })
  stream.close()
})

test('200 waiting agents are told of one approval, each exactly once', async () => {
  const id = await pendingAct()
  const streams = await Promise.all(Array.from({ length: 200 }, listen))
  for (const stream of streams) while ((await stream.next()).event !== 'connected');
  const waiting = streams.map((stream) => untilRuled(stream, id))
  await decide(id, 'allow')
  const told = await Promise.all(waiting)
  expect(new Set(told.map((one) => one.id)).size).toBe(1)
  for (const stream of streams) stream.close()
})
