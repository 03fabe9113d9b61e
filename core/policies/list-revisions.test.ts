import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { listRevisions } from './list-revisions.op.ts'
import { update } from './update.op.ts'

let world: TestRuntime
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  admin = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
})
afterAll(() => world.close())

test('200 shows how the policy stood after each change, newest first, by page', async () => {
  const rules = { threshold: 10 }
  const { policy_id: id } = await invoke(create, admin, { name: 'p', policy_type: 'risk_threshold', rules })
  await invoke(update, admin, { id, rules: { threshold: 20 } })
  await invoke(update, admin, { id, active: false })
  const first = await invoke(listRevisions, admin, { id, limit: 2 })
  expect(first.revisions).toMatchObject([
    { revision: 3, change_type: 'updated', actor: admin.actor.principalId, snapshot: { active: false } },
    { revision: 2, snapshot: { active: true, rules: { threshold: 20 } } },
  ])
  const rest = await invoke(listRevisions, admin, { id, limit: 2, cursor: first.next_cursor })
  expect(rest.revisions).toMatchObject([
    { revision: 1, change_type: 'created', snapshot: { rules: { threshold: 10 } } },
  ])
  expect(rest.next_cursor).toBeNull()
})

test('404 for an unknown policy', async () => {
  await expect(invoke(listRevisions, admin, { id: 'gp_none' })).rejects.toMatchObject({ code: 'not_found' })
})
