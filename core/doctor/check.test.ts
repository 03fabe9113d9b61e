import { afterAll, beforeAll, expect, test } from 'vitest'
import { start as halt } from '#core/halt/start.op'
import { report } from '#core/hosts/report.op'
import { startSession } from '#core/hosts/start-session.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { check } from './check.op.ts'
import { CATEGORIES } from './schema.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const admin = async (policies: 'default' | 'none' = 'default') =>
  (await testOrg(server.runtime, { policies })).as('admin')

test('200: every category is looked at, and a sound server has no failed check', async () => {
  const told = await invoke(check, await admin(), {})
  expect(new Set(told.checks.map(({ category }) => category))).toEqual(new Set(CATEGORIES))
  expect(told.checks.filter(({ status }) => status === 'fail')).toEqual([])
  // Nobody has set up an account in a test.
  expect(told.status).toBe('degraded')
  expect(told.checks.every(({ status, remedy }) => status === 'ok' || remedy !== undefined)).toBe(true)
})

test('503: without policies it is unhealthy, and a fix is offered unless it is not wanted', async () => {
  const ctx = await admin('none')
  const told = await invoke(check, ctx, { category: 'governance, ledger' })
  expect(told.status).toBe('unhealthy')
  expect(check.rest.status?.(told)).toBe(503)
  expect(new Set(told.checks.map(({ category }) => category))).toEqual(new Set(['governance', 'ledger']))
  expect(told.checks.find(({ fix }) => fix)?.fix?.action).toBe('install_default_policies')
  const bare = await invoke(check, ctx, { category: 'governance', include_fixes: 'false' })
  expect(bare.checks.some(({ fix }) => fix)).toBe(false)
})

test('a halt is told with its reason', async () => {
  const ctx = await admin()
  await invoke(halt, ctx, { reason: 'looking into it' })
  const { checks } = await invoke(check, ctx, { category: 'governance' })
  expect(checks.find(({ id }) => id === 'governance.halt')).toMatchObject({
    status: 'warn',
    found: expect.stringContaining('looking into it'),
  })
})

test('a client that let a forbidden call run, or is changed, is a failure; one that nobody looked at for long a warning', async () => {
  const ctx = await admin()
  const seam = { host: 'codex', seam: 'hook, user', version: null, detail: 'seen' }
  const hosts = async () => (await invoke(check, ctx, { category: 'hosts' })).checks[0]
  expect(await hosts()).toMatchObject({ status: 'ok' })
  await invoke(report, ctx, { seams: [{ ...seam, machine: 'old-box', outcome: 'advisory' }] })
  await ctx.db
    .updateTable('host_witness')
    .set({ seen_at: new Date(ctx.now().getTime() - 40 * 86_400_000) })
    .where('org_id', '=', ctx.actor.orgId)
    .execute()
  expect(await hosts()).toMatchObject({ status: 'warn', found: expect.stringContaining('old-box') })
  const install = { machine: 'changed-box', scope: 'user', changed: ['gate.sh is gone'] }
  await invoke(startSession, ctx, { host: 'codex', install })
  expect(await hosts()).toMatchObject({ status: 'fail', found: expect.stringContaining('codex on changed-box') })
  await invoke(report, ctx, { seams: [{ ...seam, machine: 'new-box', outcome: 'dead' }] })
  expect(await hosts()).toMatchObject({ status: 'fail', found: expect.stringContaining('codex on new-box') })
})

test('400 names the categories there are; 403 for who does not run the organization', async () => {
  const ctx = await admin()
  await expect(invoke(check, ctx, { category: 'plumbing' })).rejects.toMatchObject({ status: 400 })
  const member = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(check, member, {})).rejects.toMatchObject({ status: 403 })
})
