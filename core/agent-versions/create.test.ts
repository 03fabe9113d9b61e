import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { get as getAgent } from '#core/agents/get.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function withAgent() {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await invoke(createAgent, admin, { agent_id: 'a1', agent_name: 'Ann' })
  return { org, admin, ctx: await org.as('member') }
}

const first = {
  prompt: 'You review.\nBe kind.\n',
  tools: [{ name: 'git', description: 'g' }],
  config: { temperature: 0.7 },
}

test('201 makes version 1, then 2 from it: what is left away is inherited, what changed is told', async () => {
  const { ctx } = await withAgent()
  const one = await invoke(create, ctx, { agent_id: 'a1', ...first, commit_message: 'Start', tags: ['stable'] })
  expect(one.version).toMatchObject({ version_number: 1, parent_version_id: null, origin: 'created', ...first })
  expect(one.version).toMatchObject({ tags: ['stable'], created_by: ctx.actor.principalId, commit_message: 'Start' })
  const two = await invoke(create, ctx, { agent_id: 'a1', config: { temperature: 0.5, max: { tokens: 9 } } })
  expect(two.version).toMatchObject({ version_number: 2, parent_version_id: one.version.version_id, origin: 'changed' })
  expect(two.version).toMatchObject({ prompt: first.prompt, tools: first.tools, tags: [] })
  expect(two.diff_from_parent).toEqual({
    config: { added: { 'max.tokens': 9 }, changed: { temperature: { from: 0.7, to: 0.5 } } },
  })
  expect((await invoke(getAgent, ctx, { agent_id: 'a1' })).agent).toMatchObject({
    current_version_id: two.version.version_id,
    version_count: 2,
  })
})

test('the digest is that of the content: the same content, in whatever order, has the same', async () => {
  const { ctx } = await withAgent()
  const digestOf = async (config: object) =>
    (await invoke(create, ctx, { agent_id: 'a1', prompt: 'p', config })).version.content_digest
  const one = await digestOf({ a: 1, b: 2 })
  expect(await digestOf({ b: 2, a: 1 })).toBe(one)
  expect(await digestOf({ a: 1, b: 3 })).not.toBe(one)
})

test('fifty writers at once: numbers 1 to 50, none twice, none missing, and each made from the one before', async () => {
  const { ctx } = await withAgent()
  const made = await Promise.all(
    Array.from({ length: 50 }, (_, n) => invoke(create, ctx, { agent_id: 'a1', prompt: `prompt ${n}` })),
  )
  const byNumber = made.map(({ version }) => version).toSorted((a, b) => a.version_number - b.version_number)
  expect(byNumber.map(({ version_number: number }) => number)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
  expect(byNumber.slice(1).map((version) => version.parent_version_id)).toEqual(
    byNumber.slice(0, -1).map((version) => version.version_id),
  )
})

test('409 with the current version when another was expected; of ten who expect it one writes', async () => {
  const { ctx } = await withAgent()
  const { version } = await invoke(create, ctx, { agent_id: 'a1', ...first })
  const expected = { agent_id: 'a1', expected_version_id: version.version_id }
  const raced = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) => invoke(create, ctx, { ...expected, prompt: `n${n}` })),
  )
  expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const now = (await invoke(list, ctx, { agent_id: 'a1' })).current_version_id
  await expect(invoke(create, ctx, { ...expected, prompt: 'x' })).rejects.toMatchObject({
    code: 'conflict',
    data: { current_version_id: now },
  })
})

test('an idempotency key answers the same version, also ten times at once; with another body it is a 409', async () => {
  const { ctx } = await withAgent()
  const sent = { agent_id: 'a1', ...first, idempotency_key: 'k1' }
  const made = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(create, ctx, sent)))
  const ids = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.version.version_id] : []))
  expect(ids).toHaveLength(10)
  expect(new Set(ids).size).toBe(1)
  expect(await invoke(create, ctx, sent)).toMatchObject({ idempotent_replay: true })
  await expect(invoke(create, ctx, { ...sent, prompt: 'other' })).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
})

test('a secret is never kept: not in the prompt, not in tools, not in the config', async () => {
  const { ctx } = await withAgent()
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  const { version } = await invoke(create, ctx, {
    agent_id: 'a1',
    prompt: `Use ${secret}.`,
    tools: [{ name: 't', env: secret }],
    config: { api_key: secret },
    commit_message: `with ${secret}`,
  })
  expect(JSON.stringify(version)).not.toContain(secret)
  expect(version.prompt).toContain('[REDACTED')
})

test('404 for an agent that is not there or of another org; a key bound to another agent sees none', async () => {
  const { org } = await withAgent()
  const stranger = await (await testOrg(server.runtime)).as('member')
  const bound = await org.as('member', { agentId: 'a2' })
  for (const ctx of [stranger, bound]) {
    await expect(invoke(create, ctx, { agent_id: 'a1', prompt: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  }
})

test.each([
  ['a tool without a name', { tools: [{ description: 'x' }] }],
  ['a tool named twice', { tools: [{ name: 'a' }, { name: 'a' }] }],
  ['a config above 1 MB', { config: { x: 'y'.repeat(1_000_001) } }],
  ['a tag with a space', { tags: ['not good'] }],
])('400 for %s, and nothing is kept', async (_, bad) => {
  const { ctx } = await withAgent()
  await expect(invoke(create, ctx, { agent_id: 'a1', ...bad })).rejects.toMatchObject({ code: 'invalid_input' })
  expect((await invoke(list, ctx, { agent_id: 'a1' })).total).toBe(0)
})
