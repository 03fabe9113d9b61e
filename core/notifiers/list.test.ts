import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())

test('page by page, each once; another org has its own; 403 for who is no admin', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin')
  for (let n = 0; n < 3; n += 1) await invoke(create, ctx, { name: `n${n}`, webhook: { url: 'https://example.com/' } })
  const first = await invoke(list, ctx, { limit: 2 })
  const second = await invoke(list, ctx, { limit: 2, cursor: first.next_cursor ?? '' })
  expect([...first.notifiers, ...second.notifiers].map(({ name }) => name)).toEqual(['n0', 'n1', 'n2'])
  expect(second.next_cursor).toBeNull()
  expect((await invoke(list, await (await testOrg(server.runtime)).as('admin'), {})).notifiers).toEqual([])
  await expect(invoke(list, await org.as('member'), {})).rejects.toMatchObject({ code: 'forbidden' })
})
