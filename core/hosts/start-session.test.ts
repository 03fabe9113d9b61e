import { afterAll, beforeAll, expect, test } from 'vitest'
import { list as listActs } from '#core/activity/list.op'
import { start as halt } from '#core/halt/start.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { ask } from './ask.op.ts'
import { list } from './list.op.ts'
import { report } from './report.op.ts'
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

const install = (changed: readonly string[], more: object = {}) => ({
  host: 'claude-code',
  install: { machine: 'box', scope: 'user', changed, ...more },
})

async function seamsOf(ctx: Context): Promise<string[][]> {
  const { seams } = await invoke(list, ctx, {})
  return seams
    .map(({ seam, outcome, detail }) => [seam, outcome, detail])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
}

test('200: a changed install is on the list and on the record once, until a session finds it whole', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member', { agentId: 'coder' })
  const admin = await org.as('admin')
  const witnessed = { machine: 'box', host: 'claude-code', seam: 'hook, user', version: null, detail: 'seen' }
  await invoke(report, ctx, { seams: [{ ...witnessed, outcome: 'advisory' }] })
  await invoke(startSession, ctx, install([]))
  const kept = ['hook, user', 'advisory', 'seen']
  expect(await seamsOf(admin)).toEqual([kept])
  await Promise.all(Array.from({ length: 8 }, () => invoke(startSession, ctx, install(['gate.sh changed']))))
  await invoke(startSession, ctx, install(['gate.sh changed', 'settings.json gone']))
  expect(await seamsOf(admin)).toEqual([kept, ['install, user', 'changed', 'gate.sh changed; settings.json gone']])
  await Promise.all(Array.from({ length: 8 }, () => invoke(startSession, ctx, install([]))))
  expect(await seamsOf(admin)).toEqual([kept])
  const { activity } = await invoke(listActs, admin, {})
  const acts = activity.filter(({ event }) => event.startsWith('host.')).map(({ event, ref }) => [event, ref])
  expect(acts).toEqual([
    ['host.restored', 'box'],
    ['host.changed', 'box'],
    ['host.changed', 'box'],
  ])
})

test('400 for words that are not one line; 403 for a key that may only read', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  for (const wrong of [install(['a\nb']), install([], { machine: '' }), install([], { scope: 'moon' })]) {
    await expect(invoke(startSession, ctx, wrong)).rejects.toMatchObject({ status: 400 })
  }
  await expect(invoke(startSession, await org.as('readonly'), install(['x']))).rejects.toMatchObject({ status: 403 })
})
