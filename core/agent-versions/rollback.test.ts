import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { rollback } from './rollback.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function withTwo() {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  for (const agent_id of ['a1', 'a2']) await invoke(createAgent, admin, { agent_id })
  const { version: one } = await invoke(create, ctx, { agent_id: 'a1', prompt: 'one', config: { t: 1 } })
  const { version: two } = await invoke(create, ctx, { agent_id: 'a1', prompt: 'two' })
  return { ctx, one, two }
}

test('201 a new version with the old content; the history stays', async () => {
  const { ctx, one, two } = await withTwo()
  const { version, diff_from_parent: diff } = await invoke(rollback, ctx, {
    agent_id: 'a1',
    version_id: one.version_id,
  })
  expect(version).toMatchObject({
    version_number: 3,
    origin: 'rolled_back',
    commit_message: 'Rollback to version 1',
    content_digest: one.content_digest,
    parent_version_id: two.version_id,
  })
  expect(diff.prompt).toMatchObject({ added: 1, removed: 1 })
  expect((await invoke(list, ctx, { agent_id: 'a1' })).versions.map((each) => each.content_digest)).toEqual([
    one.content_digest,
    two.content_digest,
    one.content_digest,
  ])
})

test('404 for a version of another agent, 409 when somebody else was quicker; nothing is changed by either', async () => {
  const { ctx, one } = await withTwo()
  const { version: foreign } = await invoke(create, ctx, { agent_id: 'a2', prompt: 'x' })
  const wrong = { agent_id: 'a1', version_id: foreign.version_id }
  await expect(invoke(rollback, ctx, wrong)).rejects.toMatchObject({ code: 'not_found' })
  const stale = { agent_id: 'a1', version_id: '1', expected_version_id: one.version_id }
  await expect(invoke(rollback, ctx, stale)).rejects.toMatchObject({ code: 'conflict' })
  expect((await invoke(list, ctx, { agent_id: 'a1' })).total).toBe(2)
})
