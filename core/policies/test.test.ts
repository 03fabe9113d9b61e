import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { test as policyTest } from './test.op.ts'

let world: TestRuntime
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  admin = await (await testOrg(world.runtime)).as('admin')
})
afterAll(() => world.close())

const file = `
policies:
  - name: ceiling
    policy_type: risk_threshold
    rules: { threshold: 50 }
tests:
  - { name: above, input: { action_type: fix, risk_score: 60 }, expect: { decision: block } }
`

test('200 runs the tests of a file', async () => {
  expect(await invoke(policyTest, admin, { file })).toMatchObject({ passed: 1, failed: 0 })
})

test('200 tells which test failed and explains the decision', async () => {
  const tests = [{ name: 'wrong', input: { action_type: 'fix', risk_score: 90 }, expect: { decision: 'allow' } }]
  const report = await invoke(policyTest, admin, { file, tests })
  expect(report).toMatchObject({ passed: 1, failed: 1 })
  expect(report.results[1]).toMatchObject({ name: 'wrong', passed: false, explain: [{ seen: 90 }] })
})

test('200 runs the tests inside the active policies: the default pack passes its own', async () => {
  const report = await invoke(policyTest, admin, {})
  expect(report.failed).toBe(0)
  expect(report.passed).toBeGreaterThan(30)
})

test('400 names line and column', async () => {
  await expect(invoke(policyTest, admin, { file: 'policies: [' })).rejects.toMatchObject({
    details: [expect.stringMatching(/^file: line \d+, column \d+: /)],
  })
})
