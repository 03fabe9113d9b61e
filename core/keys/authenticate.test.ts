import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { keyCache } from './authenticate.ts'
import { create } from './create.op.ts'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('when keys were last used is written for all of them at once, and never goes back', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const made = await Promise.all(Array.from({ length: 5 }, (_, n) => invoke(create, admin, { name: `k${n}` })))
  const cache = server.runtime.use(keyCache)
  const used = async () => (await invoke(list, admin, {})).keys.filter((key) => key.last_used_at !== null)
  for (const { secret } of made.toReversed()) await cache.actorOf(secret)
  await Promise.all([cache.flush(), cache.flush()])
  expect(await used()).toHaveLength(5)
  const [first] = made
  const later = new Date(server.runtime.now().getTime() + 3_600_000)
  await admin.db
    .updateTable('api_key')
    .set({ last_used_at: later })
    .where('id', '=', first?.key.id ?? '')
    .execute()
  await cache.actorOf(first?.secret ?? '')
  await cache.flush()
  expect((await used()).find((key) => key.id === first?.key.id)?.last_used_at).toBe(later.toISOString())
})

test('a secret counts as known once its key was found', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const { secret } = await invoke(create, admin, { name: 'x' })
  const cache = server.runtime.use(keyCache)
  expect(cache.knows(secret)).toBe(false)
  await cache.actorOf(secret)
  expect(cache.knows(secret)).toBe(true)
  await expect(cache.actorOf('writ_nothing')).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(cache.knows('writ_nothing')).toBe(false)
})
