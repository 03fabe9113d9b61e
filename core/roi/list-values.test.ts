import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { listValues } from './list-values.op.ts'
import { setValue } from './set-value.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 by name, page by page, never those of another org', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  for (const task of ['c', 'a', 'e', 'b', 'd']) await invoke(setValue, admin, { task, value_usd: 1 })
  const ctx = await org.as('readonly')
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await invoke(listValues, ctx, { limit: 2, cursor })
    seen.push(...page.values.map(({ task }) => task))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect((await invoke(listValues, await (await testOrg(server.runtime)).as('admin'), {})).values).toEqual([])
  await expect(invoke(listValues, ctx, { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_input' })
})
