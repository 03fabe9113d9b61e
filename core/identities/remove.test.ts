import { afterAll, beforeAll, expect, test } from 'vitest'
import { placeOf, settledAs } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { remove } from './remove.op.ts'
import { agentKeys } from './test-keys.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 once, of ten at once; the rest is 404; another org cannot', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  await invoke(create, admin, { agent_id: 'a1', public_key: agentKeys().publicKey })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(remove, stranger, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'not_found' })
  const calls = Array.from({ length: 10 }, () => invoke(remove, admin, { agent_id: 'a1' }))
  expect(settledAs(await Promise.allSettled(calls), 'fulfilled')).toBe(1)
  expect((await invoke(list, admin, {})).identities).toEqual([])
  expect(await placeOf(admin, 'identity.revoked')).toBeGreaterThan(0)
})

test('403 for a member', async () => {
  const member = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(remove, member, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'forbidden' })
})
