import { afterAll, beforeAll, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { start as halt } from '#core/halt/start.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { ask } from './ask.op.ts'
import { join } from './join.op.ts'
import { record } from './record.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const call = (command: string, id: string) => ({
  host: 'codex',
  session_id: 's1',
  tool_name: 'mcp__files__run_shell',
  tool_input: { command },
  tool_use_id: id,
})

async function people() {
  const org = await testOrg(server.runtime)
  return {
    agent: await org.as('member', { agentId: 'coder' }),
    // The hook and the gateway have keys of their own.
    beside: await org.as('member', { agentId: 'coder' }),
    other: await org.as('member', { agentId: 'another' }),
    admin: await org.as('admin'),
  }
}

const joined = async (ctx: Context, event: object) => (await invoke(join, ctx, event)).action_id
const pendingOf = async (ctx: Context) => {
  const rows = ctx.db.selectFrom('action_record').select(['action_id']).where('org_id', '=', ctx.actor.orgId)
  return (await rows.where('status', '=', 'pending_approval').execute()).map(({ action_id }) => action_id)
}

test('200: what the hook was allowed, for the same call of the same agent and with the same arguments alone', async () => {
  const { agent, beside, other } = await people()
  await invoke(ask, agent, call('git status', 'c1'))
  expect(await joined(beside, call('git status', 'c1'))).toMatch(/^act_/)
  expect(await joined(beside, call('git log', 'c1'))).toBeNull()
  expect(await joined(beside, call('git status', 'c2'))).toBeNull()
  expect(await joined(beside, { ...call('git status', 'c1'), session_id: 's2' })).toBeNull()
  expect(await joined(beside, { ...call('git status', 'c1'), tool_name: 'mcp__other__run_shell' })).toBeNull()
  expect(await joined(beside, { ...call('git status', 'c1'), tool_use_id: undefined })).toBeNull()
  expect(await joined(other, call('git status', 'c1'))).toBeNull()
})

test('200: nothing that is forbidden, pending, over, or of an org that is halted', async () => {
  const { agent, admin } = await people()
  await invoke(ask, agent, call('rm -rf /', 'c1'))
  await invoke(ask, agent, { ...call('git push --force', 'c2'), wait: 0 })
  await invoke(ask, agent, call('git status', 'c3'))
  await invoke(record, agent, { ...call('git status', 'c3'), tool_response: 'clean' })
  await invoke(ask, agent, call('git log', 'c4'))
  await invoke(halt, admin, { reason: 'stop' })
  for (const event of [
    call('rm -rf /', 'c1'),
    call('git push --force', 'c2'),
    call('git status', 'c3'),
    call('git log', 'c4'),
  ]) {
    expect(await joined(agent, event)).toBeNull()
  }
})

test('200: an approval belongs to the call that it was handed out to', async () => {
  const { agent, beside, admin } = await people()
  const pushing = (id: string) => ({ ...call('git push --force', id), wait: 0 })
  await invoke(ask, agent, pushing('c1'))
  const [action_id] = await pendingOf(agent)
  await invoke(decide, admin, { action_id, decision: 'allow' })
  expect(await joined(beside, pushing('c2'))).toBeNull()
  await invoke(ask, agent, pushing('c2'))
  expect(await joined(beside, pushing('c2'))).toBe(action_id)
  expect(await joined(beside, pushing('c3'))).toBeNull()
  expect(await pendingOf(agent)).toEqual([])
})
