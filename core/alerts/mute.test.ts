import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { mute } from './mute.op.ts'
import { alertsOf, fail, send } from './test-alerts.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('what is muted is not raised, for this agent and kind alone, until the time is over or ended', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await send(ctx, { type: 'heartbeat', agent_id: 'a1' }, { type: 'heartbeat', agent_id: 'a2' })
  await Promise.all([1, 5, 10].map((minutes) => invoke(mute, admin, { agent_id: 'a1', kind: 'error', minutes })))
  await invoke(mute, admin, { agent_id: 'a1', kind: 'error', minutes: 10 })
  await Promise.all([fail(ctx, 'a1'), fail(ctx, 'a2')])
  expect((await alertsOf(ctx)).map(({ agent_id }) => agent_id)).toEqual(['a2'])
  expect(await invoke(mute, admin, { agent_id: 'a1', kind: 'error', minutes: 0 })).toMatchObject({ muted_until: null })
  await fail(ctx, 'a1')
  expect(await alertsOf(ctx, 'a1')).toHaveLength(1)
})

test('404 for an unknown agent and another org; 400 for a kind the org as a whole does not have, or no time', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await send(admin, { type: 'heartbeat', agent_id: 'a1' })
  expect(await invoke(mute, admin, { kind: 'cost_spike', minutes: 5 })).toMatchObject({ agent_id: null })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  const bound = await org.as('admin', { agentId: 'a2' })
  for (const [who, agent_id] of [
    [admin, 'nobody'],
    [stranger, 'a1'],
    [bound, 'a1'],
  ] as const) {
    await expect(invoke(mute, who, { agent_id, kind: 'stuck', minutes: 5 })).rejects.toMatchObject({
      code: 'not_found',
    })
  }
  for (const input of [
    { kind: 'stuck', minutes: 5 },
    { agent_id: 'a1', kind: 'stuck', minutes: -1 },
    { agent_id: 'a1', kind: 'sneeze', minutes: 5 },
    { agent_id: 'a1', kind: 'stuck' },
  ]) {
    await expect(invoke(mute, admin, input as never)).rejects.toMatchObject({ code: 'invalid_input' })
  }
})
