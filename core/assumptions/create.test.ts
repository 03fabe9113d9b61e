import { afterAll, beforeAll, expect, test } from 'vitest'
import { recorded } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 with the row of its action and agent', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const made = await invoke(create, ctx, { action_id, assumption: 'the table is empty', basis: 'I counted' })
  expect(made.assumption_id).toMatch(/^asm_/)
  expect(made.assumption).toMatchObject({
    assumption_id: made.assumption_id,
    action_id,
    agent_id: 'a1',
    assumption: 'the table is empty',
    basis: 'I counted',
    validated: false,
    invalidated: false,
    validated_at: null,
  })
})

test('201 already checked, with the time; secrets in every text are redacted', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const secret = ['AKIA', 'IOSFODNN7EXAMPLQ'].join('')
  const texts = { assumption: secret, basis: secret, invalidated_reason: secret }
  const { assumption, security } = await invoke(create, ctx, { action_id, ...texts, invalidated: true })
  expect(security).toMatchObject({ clean: false, findings_count: 3 })
  expect(assumption).toMatchObject({ invalidated: true, validated_at: null })
  expect(assumption.invalidated_at).not.toBeNull()
  expect(JSON.stringify(assumption)).not.toContain(secret)
})

test('409 for an id that is taken; of ten parallel callers one makes it', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const sent = { action_id, assumption: 'x', assumption_id: 'mine' }
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(create, ctx, sent)))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  await expect(invoke(create, ctx, sent)).rejects.toMatchObject({ code: 'conflict' })
})

test('404 without the action, across orgs, and for another agent of the org', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  const stranger = await (await testOrg(server.runtime)).as('admin')
  const other = await org.as('member', { agentId: 'a2' })
  for (const [who, id] of [
    [ctx, 'act_none'],
    [stranger, action_id],
    [other, action_id],
  ] as const) {
    const made = invoke(create, who, { action_id: id, assumption: 'x' })
    await expect(made).rejects.toMatchObject({ code: 'not_found', message: 'Parent action not found' })
  }
})

test('400 validated and invalidated at once, 403 for a readonly key', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  const both = { action_id, assumption: 'x', validated: true, invalidated: true }
  await expect(invoke(create, ctx, both)).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(invoke(create, await org.as('readonly'), both)).rejects.toMatchObject({ code: 'forbidden' })
})
