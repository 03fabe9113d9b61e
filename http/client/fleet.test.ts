import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { Writ } from './index.ts'
import type { InputOf, OperationName, OutputOf } from './operations.ts'

let server: TestInstance
let agent: Writ
let person: Writ
beforeAll(async () => {
  server = await testInstance()
  agent = new Writ({ baseUrl: server.url, apiKey: server.agentKey, agentId: 'worker' })
  person = new Writ({ baseUrl: server.url, apiKey: server.adminKey, agentId: 'person' })
})
afterAll(() => server.close())

/** Fails to compile where an operation of the fleet has no types of its own. */
type Typed<N extends OperationName> = [InputOf<N>, OutputOf<N>] extends [never, never] ? never : N
const FLEET = [
  ...typed('agent_versions_register', 'agent_versions_create', 'agent_versions_list', 'agent_versions_get'),
  ...typed('agent_versions_compare', 'agent_versions_rollback', 'agent_versions_fork', 'agent_versions_get_lineage'),
  ...typed(
    'agent_versions_set_tags',
    'agent_versions_set_traffic',
    'agent_versions_get_traffic',
    'agent_versions_choose',
  ),
  ...typed(
    'tasks_create',
    'tasks_claim',
    'tasks_extend',
    'tasks_update',
    'tasks_complete',
    'tasks_fail',
    'tasks_get',
    'tasks_list',
  ),
  ...typed('webhooks_create', 'webhooks_list', 'webhooks_get', 'webhooks_update', 'webhooks_remove'),
  ...typed('webhooks_rotate_secret', 'webhooks_list_deliveries', 'webhooks_replay'),
  ...typed('telemetry_collect', 'telemetry_list_costs', 'fleet_list', 'fleet_get', 'agents_pause', 'agents_resume'),
  ...typed('alerts_list', 'alerts_get', 'alerts_acknowledge', 'alerts_mute'),
  ...typed('notifiers_create', 'notifiers_list', 'notifiers_update', 'notifiers_remove', 'notifiers_test'),
  ...typed('roi_get_stats', 'roi_set_value', 'roi_list_values', 'roi_remove_value', 'drift_get', 'drift_pin_baseline'),
]

function typed<const N extends OperationName>(...names: Typed<N>[]): readonly Typed<N>[] {
  return names
}

test('every operation of the fleet has its types', () => {
  expect(new Set(FLEET).size).toBe(FLEET.length)
  expect(FLEET.length).toBeGreaterThanOrEqual(44)
})

test('versions: registered, changed, compared, rolled back, forked', async () => {
  const config = { temperature: 0.7 }
  const made = await person.call('agent_versions_register', { agent_id: 'worker', name: 'Worker', prompt: 'a', config })
  const first: string = made.version.version_id
  const changed = await person.call('agent_versions_create', {
    agent_id: 'worker',
    prompt: 'b',
    expected_version_id: first,
  })
  expect(changed.version.version_number).toBe(2)
  const compared = await person.call('agent_versions_compare', { agent_id: 'worker', from: '1', to: '2' })
  expect(compared.diff.prompt?.added).toBe(1)
  const back = await person.call('agent_versions_rollback', { agent_id: 'worker', version_id: first })
  expect([back.version.version_number, back.version.prompt, back.version.config]).toEqual([3, 'a', config])
  const fork = await person.call('agent_versions_fork', { agent_id: 'worker', fork_type: 'exact_clone', name: 'Twin' })
  const { root } = await person.call('agent_versions_get_lineage', { agent_id: fork.agent_id })
  expect([root.agent_id, root.children[0]?.agent_id]).toEqual(['worker', fork.agent_id])
  const stale = person.call('agent_versions_create', { agent_id: 'worker', prompt: 'c', expected_version_id: first })
  await expect(stale).rejects.toMatchObject({ status: 409 })
})

test('tasks: created by a person, claimed, extended and completed by the agent', async () => {
  const { task } = await person.call('tasks_create', { agent_id: 'worker', title: 'Review', input: { pr: 42 } })
  const claimed = await agent.call('tasks_claim', { agent_id: 'worker', lease_seconds: 60 })
  expect(claimed.task?.task_id).toBe(task.task_id)
  const lease: string = claimed.lease_token ?? ''
  const extended = await agent.call('tasks_extend', { task_id: task.task_id, lease_token: lease, lease_seconds: 120 })
  expect(Date.parse(extended.task.leased_until ?? '')).toBeGreaterThan(Date.parse(claimed.task?.leased_until ?? ''))
  await agent.call('tasks_update', { task_id: task.task_id, progress: 50, lease_token: lease })
  const output = { review: 'Looks good' }
  const done = await agent.call('tasks_complete', { task_id: task.task_id, lease_token: lease, output })
  expect([done.task.status, done.task.output, done.task.progress]).toEqual(['completed', output, 100])
  expect(await agent.call('tasks_claim', { agent_id: 'worker' })).toMatchObject({ task: null, lease_token: null })
  const { tasks } = await person.call('tasks_list', { agent_id: 'worker', status: 'completed' })
  expect(tasks.map(({ title }) => title)).toEqual(['Review'])
})

test('webhooks: made, changed, rotated, looked at, removed', async () => {
  const url = 'https://example.com/hook'
  const { webhook, secret } = await person.call('webhooks_create', { url, events: ['task.*'] })
  expect(secret).toMatch(/^whsec_/)
  const { webhook_id: id } = webhook
  const rotated = await person.call('webhooks_rotate_secret', { webhook_id: id })
  expect(rotated.secret).not.toBe(secret)
  const updated = await person.call('webhooks_update', { webhook_id: id, active: false })
  expect(updated.webhook.active).toBe(false)
  expect((await person.call('webhooks_list_deliveries', { webhook_id: id })).deliveries).toEqual([])
  await person.call('webhooks_remove', { webhook_id: id })
  expect((await person.call('webhooks_list', {})).webhooks).toEqual([])
})

test('telemetry, costs, return, drift and alerts', async () => {
  const event = {
    agent_id: 'worker',
    type: 'task',
    task: 'review',
    outcome: 'success',
    cost_usd: 0.5,
    value_usd: 2,
  } as const
  const told = await agent.call('telemetry_collect', { events: [event, { ...event, cost_usd: -1 }] })
  expect([told.accepted, told.rejected[0]?.index]).toEqual([1, 1])
  const costs = await person.call('telemetry_list_costs', { agent_id: 'worker' })
  expect([costs.total_usd, costs.by_agent[0]?.agent_id]).toEqual([0.5, 'worker'])
  const stats = await person.call('roi_get_stats', { agent_id: 'worker', period: '7d' })
  expect([stats.total_tasks, stats.net_roi]).toEqual([1, 3])
  const drift = await person.call('drift_get', { agent_id: 'worker' })
  expect(drift.status).toBe('insufficient_data')
  const failed = { agent_id: 'worker', type: 'error', error: 'it broke' }
  await agent.call('telemetry_collect', { events: Array.from({ length: 5 }, () => failed) })
  const { alerts } = await person.call('alerts_list', {})
  expect(alerts.map(({ kind, agent_id: id }) => [kind, id])).toEqual([['error', 'worker']])
  const { alert } = await person.call('alerts_acknowledge', { alert_id: alerts[0]?.alert_id ?? '' })
  expect(alert.state).toBe('acknowledged')
  await person.call('agents_pause', { agent_id: 'worker', reason: 'enough' })
  expect((await person.call('fleet_get', { agent_id: 'worker' })).agent.status).toBe('paused')
  await person.call('agents_resume', { agent_id: 'worker' })
})
