import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { compilePolicies, loadPolicyRows } from './index.ts'

let world: TestRuntime
let org: TestOrg
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  org = await testOrg(world.runtime, { policies: 'none' })
  admin = await org.as('admin')
})
afterAll(() => world.close())

const body = (name: string, more: object = {}): object => ({ name, policy_type: 'risk_threshold', rules: {}, ...more })
const details = (sent: object): Promise<unknown> =>
  invoke(create, admin, sent).then(
    () => 'accepted',
    (error: { details?: string[] }) => error.details?.join(' | '),
  )

test('201 stores the policy with its defaults, live for the next decision', async () => {
  const { policy, policy_id } = await invoke(create, admin, body('ceiling', { rules: '{"threshold": 60}' }))
  expect(policy_id).toMatch(/^gp_/)
  expect(policy).toMatchObject({
    id: policy_id,
    name: 'ceiling',
    rules: { threshold: 60, action: 'block' },
    active: true,
    agent_ids: null,
    mode: 'enforce',
    state: 'active',
    revision: 1,
    created_by: admin.actor.principalId,
    inert: null,
  })
  const rows = await loadPolicyRows(admin.db, org.orgId)
  expect(rows.map((row) => row.id)).toContain(policy_id)
  expect(compilePolicies(rows).broken).toEqual([])
})

test('201 writes revision, ledger entry, event and stamps in the same transaction', async () => {
  const stamp = () =>
    admin.db
      .selectFrom('ledger_head')
      .select('control_revision')
      .where('org_id', '=', org.orgId)
      .executeTakeFirstOrThrow()
  const before = await stamp()
  const { policy_id } = await invoke(create, admin, body('recorded'))
  expect((await stamp()).control_revision).toBe(before.control_revision + 1)
  const entry = await admin.db
    .selectFrom('ledger_entry')
    .select(['kind', 'body'])
    .where('org_id', '=', org.orgId)
    .where('ref', '=', policy_id)
    .executeTakeFirstOrThrow()
  expect(entry.kind).toBe('policy')
  expect(JSON.parse(entry.body)).toMatchObject({ data: { event: 'policy.created', by: admin.actor.principalId } })
  const event = await admin.db
    .selectFrom('event')
    .select(['name', 'payload'])
    .where('org_id', '=', org.orgId)
    .where('ref', '=', policy_id)
    .executeTakeFirstOrThrow()
  expect(event).toMatchObject({ name: 'policy.updated', payload: { change_type: 'created' } })
})

test('201 takes the forms that older clients send', async () => {
  const { policy } = await invoke(create, admin, body('older', { active: 0, agent_ids: '["a1"]' }))
  expect(policy).toMatchObject({ active: false, agent_ids: ['a1'], inert: 'switched off' })
})

test('201 moves agents and mode out of the rules into their fields', async () => {
  const { policy } = await invoke(create, admin, body('inner', { rules: { agent_ids: ['a2'], mode: 'shadow' } }))
  expect(policy).toMatchObject({
    agent_ids: ['a2'],
    mode: 'shadow',
    inert: expect.stringContaining('shadow') as string,
  })
  expect(policy.rules).not.toHaveProperty('agent_ids')
})

test('the same key and body answer the same policy, another body is refused', async () => {
  const sent = body('once', { idempotency_key: 'k1' })
  const first = await invoke(create, admin, sent)
  const second = await invoke(create, admin, sent)
  expect(second).toEqual({ ...first, idempotent_replay: true })
  await expect(invoke(create, admin, body('twice', { idempotency_key: 'k1' }))).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
})

test('409 for a name that is taken, also when eight callers race', async () => {
  const racing = await Promise.allSettled(Array.from({ length: 8 }, () => invoke(create, admin, body('raced'))))
  expect(racing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await expect(invoke(create, admin, body('raced'))).rejects.toMatchObject({ code: 'conflict' })
})

test('the same name is free in another org', async () => {
  const other = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
  await expect(invoke(create, other, body('ceiling'))).resolves.toMatchObject({ policy: { name: 'ceiling' } })
})

describe('400 names what is wrong and where', () => {
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
  const grant = (expires_at: string): object => ({
    policy_type: 'allow_grant',
    rules: { action_type: 'deploy', expires_at, reason: 'r' },
  })
  test.each([
    ['an unknown type', { policy_type: 'nope' }, 'policy_type: unknown policy type; allowed are'],
    ['an unknown rule', { rules: { limit: 3 } }, 'rules: unknown "limit"'],
    [
      'a bad condition',
      { policy_type: 'condition', rules: { when: 'rsk > 1', action: 'warn' } },
      'rules.when: line 1, column 1',
    ],
    ['a grant that has ended', grant(inDays(-1)), 'rules.expires_at: lies in the past'],
    ['a grant without end', grant(inDays(31)), 'rules.expires_at: lies more than 30 days ahead'],
    ['agents that are no list', { agent_ids: '{"a":1}' }, 'agent_ids: must be an array'],
    ['a name of blanks', { name: '  ' }, 'name: '],
    ['a NUL spelled in JSON text', { rules: String.raw`{"message":"a\u0000"}` }, 'rules.message: contains a NUL'],
    ['a NUL in an agent id', { agent_ids: String.raw`["a\u0000"]` }, 'agent_ids: must be an array'],
    ['rules that are too large', { rules: { description: 'x', tests: 'y'.repeat(70_000) } }, 'rules: has 7'],
  ])('%s', async (_shows, more, message) => {
    expect(await details(body('refused', more))).toContain(message)
  })
})

test('403 for a member', async () => {
  await expect(invoke(create, await org.as('member'), body('no'))).rejects.toMatchObject({ code: 'forbidden' })
})
