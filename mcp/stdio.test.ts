import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstClient, modernClient } from './test-clients.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

const act = { action_type: 'apply', declared_goal: 'Tidy up', act: { kind: 'shell', command: 'ls -la' } }

async function deadPort(): Promise<string> {
  const taken: Server = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  await new Promise((resolve) => taken.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

test.each([
  { sdk: 'first', connect: firstClient },
  { sdk: 'modern', connect: modernClient },
])('without a server the bridge starts, and refuses every act in words ($sdk SDK)', async ({ connect }) => {
  const client = await connect({ url: await deadPort(), key: 'writ_live_any' }, 'stdio')
  const answered = await client.call('writ_guard', act)
  await client.close()
  expect(answered).toMatchObject({ isError: true, body: { code: 'unavailable', degraded: true } })
  expect(answered.text[0]).toMatch(/cannot be reached.*not allowed/)
  expect(answered.body).not.toHaveProperty('decision')
})

test('a key the server does not accept is told as that, and is not an allow either', async () => {
  const client = await firstClient({ url: server.url, key: 'writ_live_made_up_key_000000000000' }, 'stdio')
  const answered = await client.call('writ_guard', act)
  await client.close()
  expect(answered).toMatchObject({ isError: true, body: { error: expect.stringContaining('API key') } })
})

test('errors of the server pass through unchanged', async () => {
  const client = await modernClient({ url: server.url, key: server.agent }, 'stdio')
  await expect(client.call('writ_nothing', {})).rejects.toMatchObject({ code: -32602 })
  expect(await client.call('writ_guard', { declared_goal: 7 })).toMatchObject({
    isError: true,
    body: { code: 'invalid_input' },
  })
  await client.close()
})

test('a server that comes back is used again without a new session', async () => {
  const port = Number(new URL(await deadPort()).port)
  const client = await firstClient({ url: `http://127.0.0.1:${port}`, key: server.agent }, 'stdio')
  expect(await client.call('writ_guard', act)).toMatchObject({ isError: true })
  const target = new URL(server.url)
  const { createServer: tcp, connect } = await import('node:net')
  const door = tcp((socket) => {
    const onward = connect(Number(target.port), target.hostname)
    socket.pipe(onward).pipe(socket)
    socket.on('error', () => onward.destroy())
    onward.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => door.listen(port, '127.0.0.1', resolve))
  expect(await client.call('writ_guard', act)).toMatchObject({ isError: false, body: { decision: 'allow' } })
  await client.close()
  door.close()
})

test('the agent is the configured one, else it is derived from what the client calls itself', async () => {
  const named = await firstClient({ url: server.url, key: server.agent, agentId: 'deployer' }, 'stdio')
  expect((await named.call('writ_guard', { ...act, agent_id: 'typed' })).body).toMatchObject({ agent_id: 'deployer' })
  await named.close()
  const unnamed = await firstClient({ url: server.url, key: server.agent }, 'stdio')
  expect((await unnamed.call('writ_guard', act)).body).toMatchObject({ agent_id: 'test-client' })
  await unnamed.close()
})
