import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { get } from './get.op.ts'
import { list } from './list.op.ts'
import { setTags } from './set-tags.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function withVersions(count: number) {
  const org = await testOrg(server.runtime)
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a1' })
  const ctx = await org.as('member')
  for (let n = 1; n <= count; n += 1) await invoke(create, ctx, { agent_id: 'a1', prompt: `p${n}` })
  return ctx
}

test('200 newest first, page by page, without content', async () => {
  const ctx = await withVersions(5)
  const seen: number[] = []
  let cursor: string | undefined
  do {
    const page = await invoke(list, ctx, { agent_id: 'a1', limit: 2, cursor })
    expect(page.total).toBe(5)
    expect(page.versions.every((version) => !('prompt' in version))).toBe(true)
    seen.push(...page.versions.map((version) => version.version_number))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual([5, 4, 3, 2, 1])
  const shown = await invoke(list, ctx, { agent_id: 'a1', limit: 2, with_prompt: true })
  expect(shown.versions.map(({ prompt }) => prompt)).toEqual(['p5', 'p4'])
})

test('200 by tag, which moves from version to version', async () => {
  const ctx = await withVersions(3)
  const tagged = async () =>
    (await invoke(list, ctx, { agent_id: 'a1', tag: 'stable' })).versions.map(({ version_number: number }) => number)
  await invoke(setTags, ctx, { agent_id: 'a1', version_id: '1', tags: ['stable', 'old'] })
  expect(await tagged()).toEqual([1])
  await invoke(setTags, ctx, { agent_id: 'a1', version_id: '3', tags: ['stable'], move: true })
  expect(await tagged()).toEqual([3])
  expect((await invoke(get, ctx, { agent_id: 'a1', version_id: '1' })).version.tags).toEqual(['old'])
})

test('404 for an unknown agent', async () => {
  const ctx = await withVersions(0)
  await expect(invoke(list, ctx, { agent_id: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
})
