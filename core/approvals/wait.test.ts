import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { recorded, risky } from '#core/actions/test-actions'
import { update } from '#core/actions/update.op'
import { start as halt } from '#core/halt/start.op'
import { stop as resume } from '#core/halt/stop.op'
import { invoke } from '#core/kernel/invoke'
import { silentLog } from '#core/kernel/log'
import { Runtime } from '#core/kernel/runtime'
import { revoke } from '#core/keys/revoke.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { decide } from './decide.op.ts'
import { wait } from './wait.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 timed_out is no denial, and the approval can still come', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  const told = await invoke(wait, ctx, { action_id, timeout_seconds: 0.2 })
  expect(told).toMatchObject({
    approved: false,
    denied: false,
    expired: false,
    timed_out: true,
    status_confirmed: true,
  })
  expect(told.waited_seconds).toBeGreaterThanOrEqual(0.2)
  await invoke(decide, await org.as('admin'), { action_id, decision: 'allow' })
  expect(await invoke(wait, ctx, { action_id, timeout_seconds: 5 })).toMatchObject({ approved: true, released: true })
})

test('a person who waits on what another agent asked is told that it is not theirs to do', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const admin = await org.as('admin')
  const { action_id } = await invoke(create, ctx, risky)
  await invoke(decide, admin, { action_id, decision: 'allow' })
  const theirs = await invoke(wait, admin, { action_id, timeout_seconds: 1 })
  expect(theirs).toMatchObject({ approved: true, released: false, next: expect.stringContaining('not yours to do') })
  expect(await invoke(wait, ctx, { action_id, timeout_seconds: 1 })).toMatchObject({ released: true })
  const late = await invoke(wait, ctx, { action_id, timeout_seconds: 1 })
  expect(late.next).toContain('handed out before')
})

test('ten waiting callers wake within a second, and one of them is handed the act', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  const waiting = Array.from({ length: 10 }, () => invoke(wait, ctx, { action_id, timeout_seconds: 20 }))
  const admin = await org.as('admin')
  await new Promise((resolve) => setTimeout(resolve, 50))
  await invoke(decide, admin, { action_id, decision: 'allow' })
  const decided = performance.now()
  const told = await Promise.all(waiting)
  expect(performance.now() - decided).toBeLessThan(1000)
  expect(told.every((one) => one.approved)).toBe(true)
  expect(told.filter((one) => one.released)).toHaveLength(1)
})

test('an approval given through another server of the same database is told too', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  const { handle, settings, ports } = server.runtime
  const other = new Runtime({
    handle: { ...handle, close: () => Promise.resolve() },
    settings,
    ports,
    log: silentLog,
    now: server.runtime.now,
  })
  const waiting = invoke(wait, ctx, { action_id, timeout_seconds: 20 })
  await invoke(decide, other.context((await org.as('admin')).actor), { action_id, decision: 'deny', reasoning: 'no' })
  expect(await waiting).toMatchObject({ denied: true, denial_reason: 'no', approved: false, released: false })
  await other.close()
})

test('200 approved at once where no approval was needed, and not once more after the end', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  expect(await invoke(wait, ctx, { action_id })).toMatchObject({ approved: true, denied: false })
  await invoke(update, ctx, { action_id, status: 'completed' })
  expect(await invoke(wait, ctx, { action_id })).toMatchObject({ approved: false, denied: false, timed_out: false })
})

test('200 expired as soon as the time is over, while somebody waits', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx, { status: 'pending_approval', approval_wait_seconds: 5 })
  server.advance(15 * 60_000 + 4_800)
  const told = await invoke(wait, ctx, { action_id, timeout_seconds: 10 })
  expect(told).toMatchObject({ expired: true, denied: false, timed_out: false })
})

test('an approved act is not handed out while the org is halted, and is once it is resumed', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const admin = await org.as('admin')
  const { action_id } = await invoke(create, ctx, risky)
  await invoke(decide, admin, { action_id, decision: 'allow' })
  await invoke(halt, admin, { reason: 'incident' })
  const told = await invoke(wait, ctx, { action_id, timeout_seconds: 0 })
  expect(told).toMatchObject({ approved: false, denied: false, released: false, timed_out: true })
  await invoke(resume, admin, {})
  expect(await invoke(wait, ctx, { action_id, timeout_seconds: 0 })).toMatchObject({ approved: true, released: true })
})

test('401 when the key was revoked while it waited', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const admin = await org.as('admin')
  const { action_id } = await invoke(create, ctx, risky)
  const waiting = invoke(wait, ctx, { action_id, timeout_seconds: 20 })
  waiting.catch(() => undefined)
  await invoke(revoke, admin, { id: ctx.actor.principalId })
  await invoke(decide, admin, { action_id, decision: 'allow' })
  await expect(waiting).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('a caller that hangs up stops waiting', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  const gone = new AbortController()
  const waiting = invoke(wait, { ...ctx, signal: gone.signal }, { action_id, timeout_seconds: 60 })
  const started = performance.now()
  setTimeout(() => gone.abort(), 50)
  await expect(waiting).rejects.toBeDefined()
  expect(performance.now() - started).toBeLessThan(2000)
})

test('404 across orgs and for another agent of the org', async () => {
  const org = await testOrg(server.runtime)
  const { action_id } = await recorded(await org.as('member'))
  for (const ctx of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(wait, ctx, { action_id })).rejects.toMatchObject({ code: 'not_found' })
  }
})
