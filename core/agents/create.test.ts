import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless, placeOf } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import { create as createKey } from '#core/keys/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 registers; the same again is the same agent; another name or description is a 409', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const sent = { agent_id: 'team/a1', agent_name: 'Ann', description: 'Deploys the shop' }
  const made = await invoke(create, admin, sent)
  expect(made).toMatchObject({
    agent: { ...sent, registered_at: expect.any(String), registered_by: admin.actor.principalId, first_seen_at: null },
  })
  expect(create.rest.status?.(made)).toBe(201)
  const again = await invoke(create, admin, sent)
  expect(again).toEqual({ agent: made.agent, idempotent_replay: true })
  expect(create.rest.status?.(again)).toBe(200)
  expect(await invoke(create, admin, { agent_id: 'team/a1' })).toEqual(again)
  for (const other of [{ agent_name: 'Bob' }, { description: 'Does not' }]) {
    await expect(invoke(create, admin, { ...sent, ...other })).rejects.toMatchObject({ code: 'conflict' })
  }
  expect((await invoke(get, admin, { agent_id: 'team/a1' })).agent).toEqual(made.agent)
  const acts = admin.db.selectFrom('activity').select(['event', 'ref']).where('org_id', '=', admin.actor.orgId)
  expect(await acts.where('event', 'like', 'agent.%').execute()).toEqual([
    { event: 'agent.registered', ref: 'team/a1' },
  ])
  expect(await placeOf(admin, 'agent.registered')).toBeGreaterThan(0)
})

test('of twenty at once one registers, and a later name fills the gap that a bound key left', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const answers = await Promise.all(Array.from({ length: 20 }, () => invoke(create, admin, { agent_id: 'a1' })))
  expect(answers.filter((answer) => !answer.idempotent_replay)).toHaveLength(1)
  await invoke(createKey, admin, { name: 'k', agent_id: 'a2' })
  expect((await invoke(get, admin, { agent_id: 'a2' })).agent.registered_by).toBe(admin.actor.principalId)
  const named = await invoke(create, admin, { agent_id: 'a2', agent_name: 'Bob' })
  expect(named).toMatchObject({ agent: { agent_name: 'Bob' }, idempotent_replay: true })
  const names = ['Cid', 'Dan', 'Eve']
  const raced = await Promise.allSettled(
    names.map((agent_name) => invoke(create, admin, { agent_id: 'a3', agent_name })),
  )
  expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('an agent that was seen before keeps when; the name that it is registered under stands', async () => {
  const org = await testOrg(server.runtime)
  const [ctx, admin] = [await org.as('member'), await org.as('admin')]
  const { evaluated_at } = await invoke(evaluate, ctx, { ...harmless, agent_name: 'Calls itself' })
  await invoke(create, admin, { agent_id: 'a1', agent_name: 'Ann' })
  server.advance(61_000)
  await invoke(evaluate, ctx, { ...harmless, agent_name: 'Calls itself' })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent).toMatchObject({
    agent_name: 'Ann',
    first_seen_at: evaluated_at,
  })
})

test('403 for whoever agents are; 400 for an id that is another route', async () => {
  const org = await testOrg(server.runtime)
  await expect(invoke(create, await org.as('member'), { agent_id: 'a1' })).rejects.toMatchObject({ code: 'forbidden' })
  for (const agent_id of ['connections', 'heartbeat', '']) {
    await expect(invoke(create, await org.as('admin'), { agent_id })).rejects.toMatchObject({ code: 'invalid_input' })
  }
})
