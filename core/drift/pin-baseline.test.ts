import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { pinBaseline } from './pin-baseline.op.ts'
import { did, slowed } from './test-agents.ts'
import { dayOf, shifted } from './window.rules.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const today = () => dayOf(server.runtime.now())

test('200 a baseline that is taken again makes the new ways the usual ones', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await slowed(ctx, 3)
  await did(ctx, { daysAgo: 0, tasks: 40, durationMs: 3000 })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).status).toBe('drifting')
  const day = shifted(today(), -1)
  const { baseline } = await invoke(pinBaseline, admin, { agent_id: 'a1', first_day: day, last_day: day })
  expect(baseline).toMatchObject({ first_day: day, last_day: day, pinned: true })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).status).toBe('healthy')
  const again = await invoke(pinBaseline, admin, { agent_id: 'a1' })
  expect(again.baseline).toMatchObject({ first_day: shifted(today(), -14), last_day: day })
})

test('200 pinned to a version: what another one did in the same days does not count', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await did(ctx, { daysAgo: 20, tasks: 120, durationMs: 1000, versionId: 'ver_old' })
  await did(ctx, { daysAgo: 20, tasks: 120, durationMs: 9000, versionId: 'ver_other' })
  await did(ctx, { daysAgo: 1, tasks: 100, durationMs: 1000, versionId: 'ver_new' })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).status).toBe('drifting')
  const { baseline } = await invoke(pinBaseline, admin, { agent_id: 'a1', version_id: 'ver_old' })
  expect(baseline).toMatchObject({ version_id: 'ver_old', first_day: shifted(today(), -20) })
  const told = await invoke(get, ctx, { agent_id: 'a1' })
  expect(told.status).toBe('healthy')
  expect(told.dimensions.find(({ dimension }) => dimension === 'duration')).toMatchObject({ n_baseline: 120 })
})

test('of parallel callers one baseline is kept, as one of them said', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await slowed(admin, 1)
  const days = Array.from({ length: 8 }, (_, n) => shifted(today(), -10 - n))
  await Promise.all(days.map((day) => invoke(pinBaseline, admin, { agent_id: 'a1', first_day: day, last_day: day })))
  const { baseline } = await invoke(get, admin, { agent_id: 'a1' })
  expect(days).toContain(baseline?.first_day)
  expect(baseline?.last_day).toBe(baseline?.first_day)
})

test('400 for days that cannot be, 404 for a version without events, 403 for an agent', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await did(ctx, { daysAgo: 3, tasks: 1, durationMs: 10 })
  const pin = (more: object) => invoke(pinBaseline, admin, { agent_id: 'a1', ...more })
  const [now, next] = [today(), shifted(today(), 1)]
  for (const bad of [
    { first_day: now },
    { first_day: now, last_day: shifted(now, -1) },
    { first_day: now, last_day: next },
    { first_day: shifted(now, -200), last_day: now },
    { first_day: '2026-02-30', last_day: now },
  ]) {
    await expect(pin(bad)).rejects.toMatchObject({ code: 'invalid_input' })
  }
  await expect(pin({ version_id: 'ver_none' })).rejects.toMatchObject({ code: 'not_found' })
  const days = { first_day: now, last_day: now }
  await expect(pin({ version_id: 'ver_none', ...days })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(pinBaseline, ctx, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'forbidden' })
})
