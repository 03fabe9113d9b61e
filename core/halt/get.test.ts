import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { start } from './start.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 for the own org only', async () => {
  const org = await testOrg(server.runtime)
  await invoke(start, await org.as('admin'), { reason: 'incident' })
  expect(await invoke(get, await org.as('readonly'), {})).toMatchObject({ halted: true, reason: 'incident' })
  const other = await (await testOrg(server.runtime)).as('readonly')
  expect(await invoke(get, other, {})).toEqual({ halted: false, reason: null, halted_by: null, halted_at: null })
})
