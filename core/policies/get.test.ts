import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { get } from './get.op.ts'

let world: TestRuntime
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  admin = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
})
afterAll(() => world.close())

test('200 shows one policy, and tells when a grant has no effect any more', async () => {
  const expires_at = new Date(admin.now().getTime() + 60_000).toISOString()
  const rules = { action_type: 'deploy', expires_at, reason: 'r' }
  const { policy_id: id, policy } = await invoke(create, admin, { name: 'g', policy_type: 'allow_grant', rules })
  expect(await invoke(get, admin, { id })).toEqual({ policy })
  world.advance(61_000)
  expect((await invoke(get, admin, { id })).policy.inert).toBe('the grant has expired')
})

test('404 for an unknown policy and across orgs', async () => {
  const { policy_id: id } = await invoke(create, admin, { name: 'x', policy_type: 'risk_threshold', rules: {} })
  const other = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
  await expect(invoke(get, admin, { id: 'gp_none' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(get, other, { id })).rejects.toMatchObject({ code: 'not_found' })
})
