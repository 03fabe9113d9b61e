import { afterAll, beforeAll, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { ask } from './ask.op.ts'
import { record } from './record.op.ts'
import { update as updateSettings } from '#core/settings/update.op'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const token = `ghp_${'aB3dE5fG7hJ9kL2mN4pQ'.repeat(2).slice(0, 36)}`
const call = (command: string, id: string) => ({
  host: 'codex',
  session_id: 's1',
  tool_name: 'Bash',
  tool_input: { command },
  tool_use_id: id,
})

async function people() {
  const org = await testOrg(server.runtime)
  return { agent: await org.as('member', { agentId: 'coder' }), admin: await org.as('admin') }
}

const rows = (ctx: Context) =>
  ctx.db
    .selectFrom('action_record')
    .select(['action_id', 'status', 'outcome_status', 'output_summary', 'error_message', 'duration_ms'])
    .where('org_id', '=', ctx.actor.orgId)
    .execute()

test('200: the action ends as the tool did, with time and a summary without secrets', async () => {
  const { agent } = await people()
  await invoke(ask, agent, call('npm test', 'c1'))
  const event = { ...call('npm test', 'c1'), hook_event_name: 'PostToolUse', duration_ms: 1234.4 }
  expect(await invoke(record, agent, { ...event, tool_response: { stdout: `passed ${token}` } })).toMatchObject({
    decision: 'block',
    reason: expect.stringContaining('passed [REDACTED:github_token]'),
  })
  const [row] = await rows(agent)
  expect(row).toMatchObject({ status: 'completed', outcome_status: 'completed', duration_ms: 1234 })
  expect(row?.output_summary).toContain('passed')
  expect(row?.output_summary).not.toContain(token)
})

test('200: a failure is told with its class, and a second report changes nothing of it', async () => {
  const { agent } = await people()
  await invoke(ask, agent, call('npm run nothing', 'c1'))
  const failed = { ...call('npm run nothing', 'c1'), hook_event_name: 'PostToolUseFailure', error: 'ENOENT: no script' }
  await invoke(record, agent, failed)
  await invoke(record, agent, { ...call('npm run nothing', 'c1'), tool_response: 'fine after all' })
  expect(await rows(agent)).toMatchObject([{ status: 'failed', error_message: 'not_found: ENOENT: no script' }])
})

test('200: the call made again after an approval ends the action that was approved', async () => {
  const { agent, admin } = await people()
  await invoke(ask, agent, { ...call('git push --force', 'c1'), wait: 0 })
  const [pending] = await rows(agent)
  await invoke(decide, admin, { action_id: pending?.action_id, decision: 'allow' })
  await invoke(ask, agent, { ...call('git push --force', 'c2'), wait: 0 })
  await invoke(record, agent, { ...call('git push --force', 'c2'), tool_response: 'pushed' })
  expect(await rows(agent)).toMatchObject([{ status: 'completed', output_summary: 'pushed' }])
})

test('200 for a call that nobody asked about: nothing is recorded', async () => {
  const { agent } = await people()
  expect(await invoke(record, agent, { ...call('ls', 'c9'), tool_response: 'x' })).toEqual({})
  expect(await rows(agent)).toEqual([])
})

const claude = { ...call('cat .env', 'c1'), host: 'claude-code', hook_event_name: 'PostToolUse' }
const leaking = { stdout: `key ${token}`, stderr: '', interrupted: false, isImage: false }

test('200 with another output of the same shape where secrets stood, also for a call that nobody asked about', async () => {
  const { agent } = await people()
  const answer = {
    hookEventName: 'PostToolUse',
    updatedToolOutput: { ...leaking, stdout: 'key [REDACTED:github_token]' },
  }
  expect(await invoke(record, agent, { ...claude, tool_response: leaking })).toEqual({ hookSpecificOutput: answer })
  await invoke(ask, agent, claude)
  for (let times = 0; times < 2; times += 1) {
    expect(await invoke(record, agent, { ...claude, tool_response: leaking })).toEqual({ hookSpecificOutput: answer })
  }
})

test.each([
  ['a harmless output', claude, { ...leaking, stdout: 'token = none\n' }],
  [
    'a tool of Writ, which shows a new key once',
    { ...claude, tool_name: 'mcp__writ__writ_keys_create' },
    { key: token },
  ],
])('200: %s stays as it is', async (_, event, response) => {
  const { agent } = await people()
  expect(await invoke(record, agent, { ...event, tool_response: response })).toEqual({})
})

test('200: what a wrapper of OpenClaw gave is looked at too', async () => {
  const { agent } = await people()
  const wrapped = { ...claude, host: 'openclaw', tool_name: 'tool_call' }
  const content = [{ type: 'text', text: token }]
  expect(await invoke(record, agent, { ...wrapped, tool_response: { content } })).toEqual({
    result: { content: [{ type: 'text', text: '[REDACTED:github_token]' }] },
  })
})

test('200: an org that says so gets outputs as they are', async () => {
  const { agent, admin } = await people()
  await invoke(updateSettings, admin, { settings: { redact_tool_output: false } })
  await expect.poll(() => invoke(record, agent, { ...claude, tool_response: leaking }), { timeout: 5000 }).toEqual({})
})
