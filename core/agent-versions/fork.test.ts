import { afterAll, beforeAll, expect, test } from 'vitest'
import { get as getAgent } from '#core/agents/get.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { fork } from './fork.op.ts'
import { register } from './register.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const content = { prompt: 'Help.', tools: [{ name: 'search' }], config: { t: 1 } }

async function withAgent() {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin')
  const made = await invoke(register, ctx, { agent_id: 'a1', name: 'Support', description: 'Answers', ...content })
  return { org, ctx, version: made.version }
}

test.each([
  ['exact_clone', {}, {}],
  ['prompt_mutation', { prompt: 'Ayuda.' }, { prompt: expect.anything() }],
  ['tool_mutation', { tools: [{ name: 'mail' }] }, { tools: { added: ['mail'], removed: ['search'] } }],
] as const)('201 %s: a new agent that starts where the other stood', async (fork_type, change, diff) => {
  const { ctx, version } = await withAgent()
  const made = await invoke(fork, ctx, { agent_id: 'a1', fork_type, name: 'Soporte', ...change, commit_message: 'es' })
  expect(made).toMatchObject({
    name: 'Soporte',
    fork_type,
    parent: { agent_id: 'a1', agent_name: 'Support', version_id: version.version_id },
    version: { ...content, ...change, version_number: 1, parent_version_id: version.version_id, origin: 'forked' },
    diff_from_parent: diff,
  })
  expect((await invoke(getAgent, ctx, { agent_id: made.agent_id })).agent).toMatchObject({
    agent_name: 'Soporte',
    description: 'Answers',
    parent_agent_id: 'a1',
    version_count: 1,
  })
  expect((await invoke(getAgent, ctx, { agent_id: 'a1' })).agent.fork_count).toBe(1)
})

test('400 when a fork changes what its type does not, naming the field', async () => {
  const { ctx } = await withAgent()
  const sent = { agent_id: 'a1', fork_type: 'prompt_mutation', name: 'x', config: { t: 2 } }
  await expect(invoke(fork, ctx, sent)).rejects.toMatchObject({
    code: 'invalid_input',
    details: ['config: a fork of type prompt_mutation changes prompt only'],
  })
})

test('twenty forks at once are counted; of twenty with one id one is made', async () => {
  const { ctx } = await withAgent()
  const sent = { agent_id: 'a1', fork_type: 'exact_clone', name: 'x' }
  await Promise.all(Array.from({ length: 20 }, () => invoke(fork, ctx, sent)))
  expect((await invoke(getAgent, ctx, { agent_id: 'a1' })).agent.fork_count).toBe(20)
  const same = { ...sent, new_agent_id: 'twin' }
  const raced = await Promise.allSettled(Array.from({ length: 20 }, () => invoke(fork, ctx, same)))
  expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect((await invoke(getAgent, ctx, { agent_id: 'a1' })).agent.fork_count).toBe(21)
})

test('an agent is no fork of itself, nor of one that has no version or is of another org', async () => {
  const { org, ctx } = await withAgent()
  const sent = { agent_id: 'a1', fork_type: 'exact_clone', name: 'x' }
  await expect(invoke(fork, ctx, { ...sent, new_agent_id: 'a1' })).rejects.toMatchObject({ code: 'conflict' })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(fork, stranger, sent)).rejects.toMatchObject({ code: 'not_found' })
  const member = await org.as('member')
  await expect(invoke(fork, member, sent)).rejects.toMatchObject({ code: 'forbidden' })
})
