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

test('201 with the loop, what it hangs on, and its event', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx, { agent_name: 'Ann' })
  const sent = { action_id, loop_type: 'question', description: 'who owns it?', priority: 'high', metadata: { a: 1 } }
  const made = await invoke(create, ctx, sent)
  expect(made.loop_id).toMatch(/^loop_/)
  expect(made.loop).toMatchObject({
    ...sent,
    status: 'open',
    agent_id: 'a1',
    agent_name: 'Ann',
    action_type: 'review',
    resolved_at: null,
  })
  const event = ctx.db
    .selectFrom('event')
    .select(['name', 'ref'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('ref', '=', made.loop_id)
  expect(await event.execute()).toEqual([{ name: 'loop.created', ref: made.loop_id }])
})

test('issue 2: secrets in the owner and the metadata are stored redacted and reported', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const secret = ['AKIA', 'IOSFODNN7EXAMPLQ'].join('')
  const sent = { action_id, loop_type: 'other', description: 'x', owner: secret, metadata: { password: 'open sesame' } }
  const { loop, security } = await invoke(create, ctx, sent)
  expect(JSON.stringify(loop)).not.toMatch(new RegExp(`${secret}|sesame`))
  expect(security).toMatchObject({ clean: false, findings_count: 2 })
})

test.each([
  ['follow_up', 'followup'],
  ['decision_pending', 'decision'],
])('201 takes %s for %s', async (given, stored) => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const { loop } = await invoke(create, ctx, { action_id, loop_type: given, description: 'x' })
  expect(loop).toMatchObject({ loop_type: stored, priority: 'medium' })
})

test('409 for an id that is taken; of ten parallel callers one opens it', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const sent = { action_id, loop_type: 'other', description: 'x', loop_id: 'mine' }
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(create, ctx, sent)))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  await expect(invoke(create, ctx, sent)).rejects.toMatchObject({ code: 'conflict' })
})

test('404 without the action, across orgs, and for another agent of the org; 400 for an unknown kind', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  const loop = { action_id, loop_type: 'other', description: 'x' }
  for (const who of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(create, who, loop)).rejects.toMatchObject({
      code: 'not_found',
      message: 'Parent action not found',
    })
  }
  await expect(invoke(create, ctx, { ...loop, action_id: 'none' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(create, ctx, { ...loop, loop_type: 'knot' })).rejects.toMatchObject({ code: 'invalid_input' })
})
