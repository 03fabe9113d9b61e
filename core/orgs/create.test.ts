import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { keyCache } from '#core/keys/index'
import { list as listPolicies } from '#core/policies/list.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 with a working admin key, the default policies and an own ledger', async () => {
  const operator = await (await testOrg(server.runtime)).as('admin', { scopes: ['orgs:write'] })
  const { org, secret } = await invoke(create, operator, { name: 'Acme' })
  expect(org).toMatchObject({ name: 'Acme', halted: false })
  expect(org.org_id).toMatch(/^org_/)
  const actor = await server.runtime.use(keyCache).actorOf(secret)
  expect(actor).toMatchObject({ orgId: org.org_id, role: 'admin', agentId: null })
  const ctx = server.runtime.context(actor)
  expect((await invoke(listPolicies, ctx, {})).policies.length).toBeGreaterThan(0)
  expect(await invoke(evaluate, ctx, harmless)).toMatchObject({ decision: 'allow' })
  // Its admin runs this org, not the instance.
  await expect(invoke(create, ctx, { name: 'Next' })).rejects.toMatchObject({ code: 'forbidden' })
})

test('403 for the admin of an org, 400 without a name', async () => {
  const org = await testOrg(server.runtime)
  await expect(invoke(create, await org.as('admin'), { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
  const operator = await org.as('admin', { scopes: ['orgs:write'] })
  await expect(invoke(create, operator, { name: '' })).rejects.toMatchObject({ code: 'invalid_input' })
})
