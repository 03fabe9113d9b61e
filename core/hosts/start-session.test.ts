import { afterAll, beforeAll, expect, test } from 'vitest'
import { start as halt } from '#core/halt/start.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { ask } from './ask.op.ts'
import { startSession } from './start-session.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const textOf = (told: object) => JSON.stringify(told)

test('200: policies in force and what waits for a person, in the words of each client', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member', { agentId: 'coder' })
  const other = await org.as('member', { agentId: 'other' })
  const forced = { host: 'codex', tool_name: 'Bash', tool_input: { command: 'git push --force' }, wait: 0 }
  await invoke(ask, ctx, forced)
  await invoke(ask, other, { ...forced, tool_input: { command: 'git push --force secret-branch' } })
  const claude = await invoke(startSession, ctx, { host: 'claude-code', source: 'startup' })
  expect(claude).toMatchObject({ hookSpecificOutput: { hookEventName: 'SessionStart' } })
  expect(textOf(claude)).toContain('Catastrophic acts are blocked')
  expect(textOf(claude)).toMatch(/Waiting for a person: act_[\w-]+, Bash: git push --force\./)
  expect(textOf(claude)).not.toContain('secret-branch')
  expect(await invoke(startSession, ctx, { host: 'hermes' })).toMatchObject({
    context: expect.stringContaining('coder'),
  })
})

test('200 tells of a halt, and of an org without policies', async () => {
  const org = await testOrg(server.runtime, { policies: 'none' })
  await invoke(halt, await org.as('admin'), { reason: 'stop' })
  const told = textOf(await invoke(startSession, await org.as('member'), { host: 'codex' }))
  expect(told).toContain('No policy is in force')
  expect(told).toContain('halted')
})
