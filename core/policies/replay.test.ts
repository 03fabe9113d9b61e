import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { replay } from './replay.op.ts'
import { recordSamples } from './test-decisions.ts'

let world: TestRuntime
beforeAll(async () => {
  world = await testRuntime()
})
afterAll(() => world.close())

const fresh = async (): Promise<Context> => (await testOrg(world.runtime, { policies: 'none' })).as('admin')
const threshold = (value: number, action = 'block'): object => ({
  policy_type: 'risk_threshold',
  rules: { threshold: value, action },
})

test('200 counts, names what would change and why', async () => {
  const admin = await fresh()
  const ids = await recordSamples(admin, [{ risk_score: 10 }, { risk_score: 60 }, { risk_score: 90, decision: 'warn' }])
  const report = await invoke(replay, admin, threshold(60))
  expect(report).toMatchObject({
    complete: true,
    decisions: 3,
    recorded: { allow: 2, warn: 1, require_approval: 0, block: 0 },
    before: { allow: 3, warn: 0, require_approval: 0, block: 0 },
    after: { allow: 1, warn: 0, require_approval: 0, block: 2 },
    changed_total: 2,
    not_judged: 0,
  })
  expect(report.changed).toMatchObject([
    { decision_id: ids[1], recorded: 'allow', before: 'allow', after: 'block' },
    { decision_id: ids[2], recorded: 'warn', after: 'block', clauses: [{ clause: 'rules.threshold', seen: 90 }] },
  ])
})

test('the hash is the same for the same history and policy, and only then', async () => {
  const admin = await fresh()
  await recordSamples(admin, [{ risk_score: 10 }, { risk_score: 60 }])
  const hash = async (sent: object): Promise<string> => (await invoke(replay, admin, sent)).report_hash
  const first = await hash(threshold(50))
  expect(await hash(threshold(50))).toBe(first)
  expect(await hash({ ...threshold(50), days: 30, max_changed: 0 })).toBe(first)
  expect(await hash(threshold(70))).not.toBe(first)
  await recordSamples(admin, [{ risk_score: 1 }])
  expect(await hash(threshold(50))).not.toBe(first)
})

test('a stored policy replaces itself, and a draft joins the active ones', async () => {
  const admin = await fresh()
  await recordSamples(admin, [{ risk_score: 60 }])
  await invoke(create, admin, { name: 'active', ...threshold(50, 'require_approval') })
  const draft = { name: 'grant', policy_type: 'allow_grant', state: 'draft' }
  const expires_at = new Date(admin.now().getTime() + 86_400_000).toISOString()
  const rules = { action_type: 'apply', expires_at, reason: 'r' }
  const { policy_id } = await invoke(create, admin, { ...draft, rules })
  expect(await invoke(replay, admin, { policy_id })).toMatchObject({
    before: { require_approval: 1 },
    after: { allow: 1 },
    changed: [{ before: 'require_approval', after: 'allow' }],
  })
})

test('a rate limit that did not exist then is counted anew', async () => {
  const admin = await fresh()
  const at = [50, 40, 30, 20, 10].map((minutesAgo) => ({ minutesAgo }))
  await recordSamples(admin, at)
  const limit = { policy_type: 'rate_limit', rules: { max_actions: 2, window_minutes: 25, action: 'block' } }
  expect((await invoke(replay, admin, limit)).after).toMatchObject({ allow: 2, block: 3 })
})

test('what history cannot answer is left out and counted', async () => {
  const admin = await fresh()
  await recordSamples(admin, [{}, {}])
  const semantic = { policy_type: 'semantic', rules: { instruction: 'be kind', action: 'block' } }
  expect(await invoke(replay, admin, semantic)).toMatchObject({ not_judged: 2, changed_total: 0 })
})

test('goes through more than one batch, and stops where it is told to', async () => {
  const admin = await fresh()
  await recordSamples(
    admin,
    Array.from({ length: 2_300 }, (_, n) => ({ risk_score: n % 100 })),
  )
  expect(await invoke(replay, admin, threshold(50))).toMatchObject({
    decisions: 2_300,
    changed_total: 1_150,
    complete: true,
  })
  const cut = await invoke(replay, admin, { ...threshold(50), max_decisions: 1_200, max_changed: 5 })
  expect(cut).toMatchObject({ decisions: 1_200, complete: false })
  expect(cut.changed).toHaveLength(5)
})

test('keeps to the window and to the org', async () => {
  const admin = await fresh()
  await recordSamples(admin, [{ minutesAgo: 3 * 24 * 60 }, {}])
  expect(await invoke(replay, admin, { ...threshold(0), days: 1 })).toMatchObject({ decisions: 1 })
  expect(await invoke(replay, await fresh(), threshold(0))).toMatchObject({ decisions: 0 })
})

test('403 for a key bound to one agent: the report shows the decisions of all', async () => {
  const admin = await fresh()
  const bound = { ...admin, actor: { ...admin.actor, agentId: 'a1' } }
  await expect(invoke(replay, bound, threshold(0))).rejects.toMatchObject({ code: 'forbidden' })
})

test('takes a window in any offset of ISO 8601', async () => {
  const admin = await fresh()
  await recordSamples(admin, [{}])
  const report = await invoke(replay, admin, { ...threshold(0), from: '2026-01-01T00:00:00+23:00' })
  expect(report).toMatchObject({ decisions: 1, from: '2025-12-31T01:00:00.000Z' })
})

test('400 without a policy, 404 for an unknown one', async () => {
  const admin = await fresh()
  await expect(invoke(replay, admin, {})).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(invoke(replay, admin, { policy_id: 'gp_none' })).rejects.toMatchObject({ code: 'not_found' })
})
