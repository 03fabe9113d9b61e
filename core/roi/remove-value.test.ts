import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { listValues } from './list-values.op.ts'
import { removeValue } from './remove-value.op.ts'
import { setValue } from './set-value.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 once, of parallel callers too; then 404, as across orgs', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const other = await (await testOrg(server.runtime)).as('admin')
  await invoke(setValue, ctx, { task: 't', value_usd: 1 })
  await expect(invoke(removeValue, other, { task: 't' })).rejects.toMatchObject({ code: 'not_found' })
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => invoke(removeValue, ctx, { task: 't' })))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect((await invoke(listValues, ctx, {})).values).toEqual([])
})
