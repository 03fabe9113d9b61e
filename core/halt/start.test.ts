import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless, placeOf } from '#core/actions/test-actions'
import type { GuardAnswer } from '#core/guard/index'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { start } from './start.op.ts'
import { stop } from './stop.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 blocks every decision from then on, with the reason, and says who', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const halted = await invoke(start, await org.as('admin'), { reason: 'incident 7' })
  expect(halted).toMatchObject({ halted: true, reason: 'incident 7', halted_by: 'admin key' })
  expect(await invoke(get, ctx, {})).toEqual(halted)
  const asked = await invoke(evaluate, ctx, harmless)
  expect(asked).toMatchObject({ decision: 'block', matched_policies: ['builtin:halt'] })
  expect(asked.reason).toContain('incident 7')
})

test('issue 2: a secret in the reason is stored redacted', async () => {
  const secret = ['AKIA', 'IOSFODNN7EXAMPLQ'].join('')
  const told = await invoke(start, await (await testOrg(server.runtime)).as('admin'), { reason: `leaked ${secret}` })
  expect(told.reason).toMatch(/^leaked \[REDACTED/)
})

test('while fifty guards run: none that is recorded after the halt is allowed', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const admin = await org.as('admin')
  await invoke(evaluate, ctx, harmless)
  let acknowledged = Number.POSITIVE_INFINITY
  const late: GuardAnswer[] = []
  let early = 0
  const agent = async (n: number): Promise<void> => {
    for (let call = 0; call < 20; call += 1) {
      const asked = await invoke(evaluate, ctx, { ...harmless, declared_goal: `agent ${n} call ${call}` })
      if (performance.now() >= acknowledged) late.push(asked)
      else early += 1
    }
  }
  const agents = Array.from({ length: 50 }, (_, n) => agent(n))
  while (early < 50) await new Promise((resolve) => setTimeout(resolve, 5))
  await invoke(start, admin, { reason: 'stop' })
  acknowledged = performance.now()
  await Promise.all(agents)
  expect(early).toBeGreaterThan(0)
  // What was on record before the halt may still be on its way to its caller.
  const halted = await placeOf(admin, 'org.halted')
  expect(late.some((answer) => answer.ledger.seq > halted)).toBe(true)
  expect(late.filter((answer) => answer.decision !== 'block' && answer.ledger.seq > halted)).toEqual([])
})

test('an idempotency key does not answer an allow from before the halt', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const admin = await org.as('admin')
  const request = { ...harmless, idempotency_key: 'k' }
  const before = await invoke(evaluate, ctx, request)
  await invoke(start, admin, { reason: 'stop' })
  expect(await invoke(evaluate, ctx, request)).toMatchObject({ decision: 'block' })
  await invoke(stop, admin, {})
  expect(await invoke(evaluate, ctx, request)).toMatchObject({
    decision_id: before.decision_id,
    idempotent_replay: true,
  })
})

test('of ten who halt at once the first one stays on record', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const told = await Promise.all(Array.from({ length: 10 }, (_, n) => invoke(start, admin, { reason: `reason ${n}` })))
  expect(new Set(told.map((one) => one.reason)).size).toBe(1)
  const entries = admin.db
    .selectFrom('ledger_entry')
    .select('body')
    .where('org_id', '=', org.orgId)
    .where('kind', '=', 'admin')
  expect((await entries.execute()).filter(({ body }) => body.includes('org.halted'))).toHaveLength(1)
})

test('other orgs go on; 403 for a member, 400 without a reason', async () => {
  const org = await testOrg(server.runtime)
  await invoke(start, await org.as('admin'), { reason: 'stop' })
  const other = await (await testOrg(server.runtime)).as('member')
  expect(await invoke(evaluate, other, harmless)).toMatchObject({ decision: 'allow' })
  await expect(invoke(start, other, { reason: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(invoke(start, await org.as('admin'), {})).rejects.toMatchObject({ code: 'invalid_input' })
})
