import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless, placeOf } from '#core/actions/test-actions'
import type { GuardAnswer } from '#core/guard/index'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { pause } from './pause.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 blocks this agent and no other, also one that was never seen', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const told = await invoke(pause, await org.as('admin'), { agent_id: 'a1', reason: 'looks odd' })
  expect(told).toMatchObject({ agent_id: 'a1', paused: true, reason: 'looks odd', paused_by: 'admin key' })
  const asked = await invoke(evaluate, ctx, harmless)
  expect(asked).toMatchObject({ decision: 'block', matched_policies: ['builtin:pause'] })
  expect(asked.reason).toContain('looks odd')
  expect(await invoke(evaluate, ctx, { ...harmless, agent_id: 'a2' })).toMatchObject({ decision: 'allow' })
  const other = await (await testOrg(server.runtime)).as('member')
  expect(await invoke(evaluate, other, harmless)).toMatchObject({ decision: 'allow' })
})

test('issue 2: a secret in the reason is stored redacted', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const reason = `leaked ${['AKIA', 'IOSFODNN7EXAMPLQ'].join('')}`
  const told = await invoke(pause, admin, { agent_id: 'a1', reason })
  expect(told.reason).toMatch(/^leaked \[REDACTED/)
})

test('while fifty guards run: none that is recorded after the pause is allowed', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const admin = await org.as('admin')
  let acknowledged = Number.POSITIVE_INFINITY
  const late: GuardAnswer[] = []
  const agents = Array.from({ length: 50 }, async (_, n) => {
    for (let call = 0; call < 20; call += 1) {
      const asked = await invoke(evaluate, ctx, { ...harmless, declared_goal: `${n} ${call}` })
      if (performance.now() >= acknowledged) late.push(asked)
    }
  })
  await new Promise((resolve) => setTimeout(resolve, 30))
  await invoke(pause, admin, { agent_id: 'a1' })
  acknowledged = performance.now()
  await Promise.all(agents)
  // What was on record before the pause may still be on its way to its caller.
  const paused = await placeOf(admin, 'agent.paused')
  expect(late.some((answer) => answer.ledger.seq > paused)).toBe(true)
  expect(late.filter((answer) => answer.decision !== 'block' && answer.ledger.seq > paused)).toEqual([])
})

test('of ten who pause at once the first one stays on record; 403 for a member', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const told = await Promise.all(
    Array.from({ length: 10 }, (_, n) => invoke(pause, admin, { agent_id: 'a1', reason: `r ${n}` })),
  )
  expect(new Set(told.map((one) => one.reason)).size).toBe(1)
  await expect(invoke(pause, await org.as('member'), { agent_id: 'a1' })).rejects.toMatchObject({ code: 'forbidden' })
})
