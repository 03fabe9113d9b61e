import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { knownSettings } from './known.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('many calls at once read the database once, and later ones not at all; a change made here counts at once', async () => {
  const org = await testOrg(server.runtime)
  const known = server.runtime.use(knownSettings)
  const reads = vi.spyOn(server.runtime.db, 'selectFrom')
  await Promise.all(Array.from({ length: 20 }, async () => known.of(org.orgId)))
  for (let call = 0; call < 20; call += 1) expect(known.of(org.orgId)).not.toBeInstanceOf(Promise)
  expect(reads).toHaveBeenCalledTimes(1)
  reads.mockRestore()
  await invoke(update, await org.as('admin'), { settings: { rate_limit_per_minute: 7 } })
  expect(await known.of(org.orgId)).toMatchObject({ rate_limit_per_minute: 7 })
})

test('what another replica changed is seen within seconds, and nobody waits for it', async () => {
  const org = await testOrg(server.runtime)
  const known = server.runtime.use(knownSettings)
  await known.of(org.orgId)
  const row = { org_id: org.orgId, key: 'rate_limit_per_minute', value: '9', updated_at: new Date(), updated_by: 'x' }
  await server.runtime.db.insertInto('org_setting').values(row).execute()
  known.grow()
  expect(known.of(org.orgId)).toMatchObject({ rate_limit_per_minute: 0 })
  await vi.waitFor(() => expect(known.of(org.orgId)).toMatchObject({ rate_limit_per_minute: 9 }))
  known.grow(20)
  expect(known.of(org.orgId)).toBeInstanceOf(Promise)
  await known.of(org.orgId)
})
