import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { create as createVersion } from '#core/agent-versions/create.op'
import { setTraffic } from '#core/agent-versions/set-traffic.op'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { queued, told, withAgent } from './test-tasks.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 queues it with what was said, and tells it', async () => {
  const { ctx } = await withAgent(server.runtime)
  const sent = { title: 'Review PR #42', description: 'Auth', priority: 'high' as const, input: { pr_number: 42 } }
  const task = await queued(ctx, sent)
  expect(task).toMatchObject({ ...sent, status: 'queued', agent_name: 'Ann', attempts: 0, max_attempts: 3 })
  expect(task.task_id).toMatch(/^task_/)
  expect(await told(ctx, task.task_id)).toEqual(['task.created'])
})

test('it is routed to the version named, else by the shares, else to the current one', async () => {
  const { ctx } = await withAgent(server.runtime)
  expect((await queued(ctx)).version_id).toBeNull()
  const ids: string[] = []
  for (const prompt of ['one', 'two']) {
    ids.push((await invoke(createVersion, ctx, { agent_id: 'a1', prompt })).version.version_id)
  }
  expect((await queued(ctx)).version_id).toBe(ids[1])
  expect((await queued(ctx, { version_id: '1' })).version_id).toBe(ids[0])
  const shares = ids.map((version_id) => ({ version_id, weight: 1 }))
  await invoke(setTraffic, ctx, { agent_id: 'a1', shares })
  const routed = await Promise.all(Array.from({ length: 30 }, () => queued(ctx)))
  expect(new Set(routed.map((task) => task.version_id))).toEqual(new Set(ids))
})

test('an idempotency key makes one task, also ten times at once; with another body it is a 409', async () => {
  const { ctx } = await withAgent(server.runtime)
  const made = await Promise.all(Array.from({ length: 10 }, () => queued(ctx, { idempotency_key: 'k' })))
  expect(new Set(made.map((task) => task.task_id)).size).toBe(1)
  expect((await invoke(list, ctx, {})).tasks).toHaveLength(1)
  await expect(queued(ctx, { idempotency_key: 'k', title: 'Other' })).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
})

test('secrets are not kept: not in the title, the description or the input', async () => {
  const { ctx } = await withAgent(server.runtime)
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  const task = await queued(ctx, { title: secret, description: `with ${secret}`, input: { token: secret } })
  expect(JSON.stringify(task)).not.toContain(secret)
})

test.each([
  ['a deadline in the past', { deadline: '2020-01-01T00:00:00Z' }, 'invalid_input'],
  ['an unknown priority', { priority: 'now' }, 'invalid_input'],
  ['an input above 1 MB', { input: { x: 'y'.repeat(1_000_001) } }, 'invalid_input'],
  ['a version that is not there', { version_id: 'ver_none' }, 'not_found'],
  ['an agent that is not there', { agent_id: 'a9' }, 'not_found'],
])('refuses %s, and nothing is kept', async (_, bad, code) => {
  const { ctx } = await withAgent(server.runtime)
  await expect(invoke(create, ctx, { agent_id: 'a1', title: 'x', ...bad })).rejects.toMatchObject({ code })
  expect((await invoke(list, ctx, {})).tasks).toEqual([])
})

test('404 across orgs and for a key bound to another agent', async () => {
  const { org } = await withAgent(server.runtime)
  for (const ctx of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(queued(ctx)).rejects.toMatchObject({ code: 'not_found' })
  }
})
