import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { activate } from './activate.op.ts'
import { create } from './create.op.ts'
import { loadPolicyRows } from './store.ts'

let world: TestRuntime
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  admin = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
})
afterAll(() => world.close())

test('200 puts a draft into force, once', async () => {
  const draft = { name: 'draft', policy_type: 'risk_threshold', rules: {}, state: 'draft' }
  const { policy_id: id } = await invoke(create, admin, draft)
  expect(await loadPolicyRows(admin.db, admin.actor.orgId)).toEqual([])
  expect((await invoke(activate, admin, { id })).policy).toMatchObject({ state: 'active', revision: 2, inert: null })
  expect(await loadPolicyRows(admin.db, admin.actor.orgId)).toHaveLength(1)
  await expect(invoke(activate, admin, { id })).rejects.toMatchObject({ code: 'conflict' })
})

test('400 for a draft grant that has ended meanwhile', async () => {
  const expires_at = new Date(admin.now().getTime() + 3_600_000).toISOString()
  const rules = { action_type: 'deploy', expires_at, reason: 'short' }
  const { policy_id: id } = await invoke(create, admin, {
    name: 'g',
    policy_type: 'allow_grant',
    rules,
    state: 'draft',
  })
  world.advance(7_200_000)
  await expect(invoke(activate, admin, { id })).rejects.toMatchObject({
    details: ['rules.expires_at: lies in the past'],
  })
})

test('404 for an unknown policy', async () => {
  await expect(invoke(activate, admin, { id: 'gp_none' })).rejects.toMatchObject({ code: 'not_found' })
})
