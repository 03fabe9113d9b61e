import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 newest first without secrets or hashes; another org sees only its own', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const made = await invoke(create, admin, { name: 'newest' })
  const page = await invoke(list, admin, {})
  expect(page.keys.map((key) => key.name)).toEqual(['newest', 'admin key'])
  expect(JSON.stringify(page)).not.toContain(made.secret)
  expect(page.keys[0]).not.toHaveProperty('key_hash')
  const other = await (await testOrg(server.runtime)).as('admin')
  expect((await invoke(list, other, {})).keys.map((key) => key.id)).toEqual([other.actor.principalId])
  const first = await invoke(list, admin, { limit: 1 })
  const second = await invoke(list, admin, { limit: 1, cursor: first.next_cursor })
  expect([...first.keys, ...second.keys]).toEqual(page.keys)
  expect(second.next_cursor).toBeNull()
})

test('403 for a member, who may read nearly everything else', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(list, ctx, {})).rejects.toMatchObject({ code: 'forbidden' })
})
