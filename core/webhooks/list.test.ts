import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { list } from './list.op.ts'
import { hooked, outside } from './test-receiver.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('newest first, in pages; none of another org', async () => {
  const ctx = await admin()
  const made = []
  for (let n = 0; n < 3; n += 1) made.push((await hooked(ctx, `https://h${n}.example.com`)).webhook)
  const first = await invoke(list, ctx, { limit: 2 })
  expect(first.webhooks).toEqual([made[2], made[1]])
  const rest = await invoke(list, ctx, { limit: 2, cursor: first.next_cursor })
  expect(rest).toEqual({ webhooks: [made[0]], next_cursor: null })
  expect((await invoke(list, await admin(), {})).webhooks).toEqual([])
})
