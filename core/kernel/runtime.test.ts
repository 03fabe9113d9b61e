import { expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { loadSettings } from './config.ts'
import { silentLog } from './log.ts'
import { resource, Runtime } from './runtime.ts'

async function opened() {
  const database = await testDatabase()
  const order: string[] = []
  const settings = loadSettings({ env: {}, home: '/nonexistent' })
  const ports = { fetch: () => Promise.reject(new Error('nobody')) }
  const runtime = new Runtime({
    handle: { ...database.handle, close: async () => void order.push('database') },
    settings,
    ports,
    log: silentLog,
  })
  const named = (name: string) => resource({ name, open: () => ({ name }), close: () => void order.push(name) })
  return { runtime, order, named, close: () => database.close() }
}

test('a resource is opened once, at its first use, and closed newest first before the database', async () => {
  const { runtime, order, named, close } = await opened()
  const [a, b, unused] = [named('a'), named('b'), named('unused')]
  expect(runtime.use(a)).toBe(runtime.use(a))
  runtime.use(b)
  expect(unused.name).toBe('unused')
  await runtime.close()
  await runtime.close()
  expect(order).toEqual(['b', 'a', 'database'])
  expect(() => runtime.use(named('late'))).toThrow('closed')
  await close()
})

test('two runtimes are two replicas; a context carries actor, clock and its own request id', async () => {
  const [one, two] = await Promise.all([opened(), opened()])
  expect(one.runtime.replicaId).not.toBe(two.runtime.replicaId)
  const actor = {
    orgId: 'o',
    principalId: 'p',
    principalName: 'n',
    kind: 'key',
    role: 'member',
    scopes: new Set([]),
    agentId: null,
  } as const
  const context = one.runtime.context(actor)
  expect(context).toMatchObject({ actor, requestId: expect.stringMatching(/^req_/) as string })
  expect(one.runtime.context(actor).requestId).not.toBe(context.requestId)
  for (const { runtime, close } of [one, two]) {
    await runtime.close()
    await close()
  }
})
