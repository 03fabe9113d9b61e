import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { list as listApprovals } from '#core/approvals/list.op'
import { start as halt } from '#core/halt/start.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { pem } from '#core/scans/secret-samples'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { ask } from './ask.op.ts'
import { HOSTS } from './hosts.rules.ts'

let server: TestRuntime
let calls = 0
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function people() {
  const org = await testOrg(server.runtime)
  return { org, agent: await org.as('member', { agentId: 'coder' }), admin: await org.as('admin') }
}

const bash = (command: string, more: object = {}) => ({
  host: 'claude-code',
  session_id: 's1',
  tool_name: 'Bash',
  tool_input: { command, description: `try ${(calls += 1)}` },
  tool_use_id: `toolu_${calls}`,
  wait: 0,
  ...more,
})

type Claude = { hookSpecificOutput: { permissionDecision?: string; permissionDecisionReason?: string } }
const put = async (ctx: Context, event: object) => ((await invoke(ask, ctx, event)) as Claude).hookSpecificOutput
const FORCED = 'git push --force origin feature'

async function approveAll(admin: Context, decision: 'allow' | 'deny' = 'allow'): Promise<number> {
  const { approvals } = (await invoke(listApprovals, admin, { state: 'pending' })) as unknown as {
    approvals: { action_id: string }[]
  }
  for (const { action_id } of approvals) await invoke(decide, admin, { action_id, decision, reasoning: 'looked at it' })
  return approvals.length
}

describe('each host reads', () => {
  test.each(HOSTS)('%s: a deny with a reason, and no objection to everyday work', async (host) => {
    const { agent } = await people()
    const denied = JSON.stringify(await invoke(ask, agent, bash('rm -rf /', { host })))
    expect(denied).toMatch(/"(permissionDecision":"deny|decision":"block|block":true)/)
    expect(denied).toContain('Writ: blocked: ')
    const fine = JSON.stringify(await invoke(ask, agent, bash('git status', { host })))
    expect(fine).not.toMatch(/deny|"block":true|"decision"/)
  })
})

test('an act that needs a person is denied with its id when nobody decides, and runs once after an approval', async () => {
  const { agent, admin } = await people()
  const first = await put(agent, bash(FORCED))
  expect(first.permissionDecision).toBe('deny')
  expect(first.permissionDecisionReason).toMatch(/writ approve act_\w+/)
  expect(await approveAll(admin)).toBe(1)
  expect((await put(agent, bash(FORCED))).permissionDecision).toBe('allow')
  expect((await put(agent, bash(FORCED))).permissionDecision).toBe('deny')
})

test('who waits is woken by the approval; a denial is told with its words', async () => {
  const { agent, admin } = await people()
  for (const [decision, verdict] of [
    ['allow', 'allow'],
    ['deny', 'deny'],
  ] as const) {
    const waiting = put(agent, bash(`${FORCED}-${decision}`, { wait: 20 }))
    await expect.poll(() => approveAll(admin, decision), { timeout: 20_000 }).toBe(1)
    const told = await waiting
    expect(told.permissionDecision).toBe(verdict)
    expect(told.permissionDecisionReason).toContain(decision === 'allow' ? 'a person allowed' : 'looked at it')
  }
})

test('20 parallel hooks of one call are ruled alike; 20 calls of one approved act run once', async () => {
  const { agent, admin } = await people()
  const event = bash(FORCED, { wait: 20 })
  const hooks = Array.from({ length: 20 }, () => put(agent, event))
  await expect.poll(() => approveAll(admin), { timeout: 20_000 }).toBe(1)
  const verdicts = (await Promise.all(hooks)).map((one) => one.permissionDecision)
  expect(verdicts).toEqual(Array.from({ length: 20 }, () => 'allow'))
  const other = 'git push --force origin other'
  await put(agent, bash(other))
  await approveAll(admin)
  const calls = await Promise.all(Array.from({ length: 20 }, () => put(agent, bash(other))))
  expect(calls.filter((one) => one.permissionDecision === 'allow')).toHaveLength(1)
})

test('a halt denies everything, also what was approved', async () => {
  const { agent, admin } = await people()
  await put(agent, bash(FORCED))
  await approveAll(admin)
  await invoke(halt, admin, { reason: 'stop' })
  expect((await put(agent, bash(FORCED))).permissionDecision).toBe('deny')
  expect((await put(agent, bash('git status'))).permissionDecision).toBe('deny')
})

test('what guard cannot read whole needs a person, and an approval covers only what was shown', async () => {
  const { agent, admin } = await people()
  const long = (end: string) => bash(`echo ${'x'.repeat(60_000)} ${end}`)
  const first = await put(agent, long('one'))
  expect(first.permissionDecisionReason).toContain('Waiting for a person')
  await approveAll(admin)
  expect((await put(agent, long('two'))).permissionDecision).toBe('deny')
  expect((await put(agent, long('one'))).permissionDecision).toBe('allow')
})

test('a secret behind the text that guard reads is still found', async () => {
  const { agent } = await people()
  const content = `${'words and more words '.repeat(3000)}\n${pem()}`
  const event = { tool_name: 'Write', tool_input: { file_path: '/tmp/notes.txt', content } }
  const told = async (text: string) =>
    JSON.stringify(await put(agent, bash('', { ...event, tool_input: { ...event.tool_input, content: text } })))
  expect(await told('words')).not.toContain('secret')
  expect(await told(content)).toContain('The content holds secrets')
})

test('of a patch the worst file decides, and every file counts', async () => {
  const { agent } = await people()
  const patch = (path: string) =>
    `*** Begin Patch\n*** Add File: src/a.ts\n+export {}\n*** Add File: ${path}\n+{}\n*** End Patch`
  const event = (path: string) =>
    bash('', { host: 'codex', tool_name: 'apply_patch', tool_input: { command: patch(path) } })
  expect((await put(agent, event('src/b.ts'))).permissionDecision).toBeUndefined()
  expect((await put(agent, event('.codex/hooks.json'))).permissionDecision).toBe('deny')
})

test('unknown tools and tools of MCP servers are asked about; only the way to Writ itself is free', async () => {
  const { agent } = await people()
  const tool = (tool_name: string, tool_input: unknown) => put(agent, bash('', { tool_name, tool_input }))
  expect((await tool('mcp__db__query', { sql: 'DROP TABLE users' })).permissionDecision).toBe('deny')
  expect((await tool('mcp__box__run_shell', { command: 'rm -rf /' })).permissionDecision).toBe('deny')
  expect((await tool('Teleport', 'x')).permissionDecision).toBeUndefined()
  const asked = async () =>
    Number(
      (
        await agent.db
          .selectFrom('action_record')
          .select(({ fn }) => fn.countAll().as('n'))
          .where('org_id', '=', agent.actor.orgId)
          .executeTakeFirstOrThrow()
      ).n,
    )
  const before = await asked()
  await tool('mcp__writ__writ_guard', {})
  await tool('mcp__plugin_writ_guard__writ_record', {})
  expect(await asked()).toBe(before)
  await tool('mcp__writ__delete_everything', {})
  expect(await asked()).toBe(before + 1)
})

test('a sub-agent is named on the action, the governed agent stays the one of the key', async () => {
  const { agent } = await people()
  await put(agent, bash('git log', { agent_id: 'sub-1', agent_type: 'Explore', agent: undefined }))
  const row = await agent.db
    .selectFrom('action_record')
    .select(['agent_id', 'trigger'])
    .where('org_id', '=', agent.actor.orgId)
    .executeTakeFirstOrThrow()
  expect(row).toMatchObject({ agent_id: 'coder', trigger: 'claude-code sub-agent Explore' })
})

test('the call of a witness is refused whatever the policies say, and nobody is asked to approve it', async () => {
  const org = await testOrg(server.runtime, { policies: 'none' })
  const agent = await org.as('member', { agentId: 'coder' })
  const mark = `writ-witness-${'0a'.repeat(16)}`
  const told = await put(agent, bash(`touch canary # ${mark}`))
  expect(told.permissionDecision).toBe('deny')
  expect(told.permissionDecisionReason).toContain(mark)
})

test('400 names what is wrong, and nothing is recorded', async () => {
  const { agent } = await people()
  await expect(invoke(ask, agent, { host: 'claude-code', tool_input: {} })).rejects.toMatchObject({ status: 400 })
  await expect(invoke(ask, agent, bash('ls', { host: 'vim' }))).rejects.toMatchObject({ status: 400 })
})
