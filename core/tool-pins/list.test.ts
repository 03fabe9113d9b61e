import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { list } from './list.op.ts'
import { checked, readFile } from './test-tools.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 newest first, page by page, by server and by state, with the whole definition', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  for (const name of ['a', 'b', 'c']) await checked(ctx, 'files', { ...readFile, name })
  await checked(ctx, 'files', { ...readFile, name: 'a', title: 'A' })
  await checked(ctx, 'web', { ...readFile, name: 'd' })
  const page = await invoke(list, ctx, { server: 'files', limit: 3 })
  expect(page.pins.map(({ tool, state }) => `${tool} ${state}`)).toEqual(['a quarantined', 'c pinned', 'b pinned'])
  const rest = await invoke(list, ctx, { server: 'files', limit: 3, cursor: String(page.next_cursor) })
  expect(rest.pins).toMatchObject([{ tool: 'a', server: 'files', definition: { ...readFile, name: 'a' } }])
  const { pins } = await invoke(list, ctx, { state: 'quarantined' })
  expect(pins).toMatchObject([{ tool: 'a', definition: { title: 'A' }, approved_at: null }])
})

test('404 across orgs: nothing of another org is listed', async () => {
  await checked(await (await testOrg(server.runtime)).as('member'), 'files', readFile)
  const other = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(list, other, {})).toEqual({ pins: [], next_cursor: null })
})
