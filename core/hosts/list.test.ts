import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { list } from './list.op.ts'
import { report } from './report.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const seams = Array.from({ length: 5 }, (_, n) => ({
  machine: `box-${n}`,
  host: n === 0 ? 'codex' : 'claude-code',
  seam: 'hook (user)',
  version: null,
  outcome: n === 1 ? ('dead' as const) : ('advisory' as const),
  detail: 'seen',
}))

test('200: page after page, each seam once; by client and by outcome; nothing of another org', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('readonly')
  await invoke(report, await org.as('member'), { seams })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await invoke(list, ctx, { limit: 2, cursor })
    seen.push(...page.seams.map(({ machine }) => machine))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(seen.toSorted()).toEqual(seams.map(({ machine }) => machine))
  expect((await invoke(list, ctx, { host: 'codex' })).seams).toHaveLength(1)
  expect((await invoke(list, ctx, { outcome: 'dead' })).seams.map(({ machine }) => machine)).toEqual(['box-1'])
  const other = await (await testOrg(server.runtime)).as('admin')
  expect((await invoke(list, other, {})).seams).toEqual([])
})
