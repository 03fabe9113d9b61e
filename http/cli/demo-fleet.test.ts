import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Connection } from '../client/index.ts'
import { testInstance, type TestInstance } from '../test-instance.ts'
import {
  demoFleet,
  eventsOf,
  FLEET_SIZE,
  HISTORY_DAYS,
  historyOf,
  numbersOf,
  type FleetEvent,
} from './demo-fleet.rules.ts'
import { runCli, startCli } from './test-cli.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000 })

let server: TestInstance
let admin: Connection
beforeAll(async () => {
  server = await testInstance()
  admin = new Connection({ baseUrl: server.url, apiKey: server.adminKey })
})
afterAll(() => server.close())
const environment = () => ({ WRIT_HOME: server.home, WRIT_URL: server.url, WRIT_API_KEY: server.adminKey })

const now = new Date('2026-03-09T14:00:00Z')
const run = (seed: number): FleetEvent[] => {
  const next = numbersOf(seed)
  const history = demoFleet().flatMap((agent) => historyOf(agent, now, { next, versions: ['v1', 'v2'] }))
  const live = Array.from({ length: 120 }, (_, second) =>
    demoFleet().flatMap((agent) => eventsOf(agent, second, { next, versions: ['v1', 'v2'], share: second / 120 })),
  )
  return [...history, ...live.flat()]
}

describe('what the fleet does', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(run(7)).toEqual(run(7))
    expect(run(7)).not.toEqual(run(8))
  })

  test('shows each thing a fleet is watched for', () => {
    const events = run(1)
    const of = (name: string, type: string) =>
      events.filter(
        ({ agent_id: id, type: kind, timestamp }) => id === `demo-${name}` && kind === type && timestamp === undefined,
      )
    expect(new Set(demoFleet().map(({ id }) => id)).size).toBe(FLEET_SIZE)
    expect(of('sleeper', 'heartbeat').length).toBeLessThan(4)
    expect(
      new Set(
        of('looper', 'tool_call')
          .slice(-50)
          .map(({ input }) => JSON.stringify(input)),
      ).size,
    ).toBe(1)
    expect(of('crasher', 'error').length).toBeGreaterThan(20)
    expect(new Set(of('drifter', 'tool_call').map(({ tool_name: tool }) => tool))).toContain('delete_file')
    expect(of('spender', 'cost').length).toBeGreaterThan(40)
    const versions = events.filter(({ agent_id: id }) => id === 'demo-canary').map(({ version_id: version }) => version)
    expect([versions.includes('v1'), versions.includes('v2')]).toEqual([true, true])
  })
})

test('a run of three seconds is on the server: agents, versions, decisions; a second run goes on with them', async () => {
  for (const seed of ['1', '2']) {
    const { code, json, stderr } = await runCli(
      ['demo', '--fleet', '--seconds', '3', '--seed', seed, '--json'],
      environment(),
    )
    expect([code, stderr]).toEqual([0, ''])
    const told = json() as { acts: Record<string, number>; tasks: Record<string, number> }
    expect(told).toMatchObject({ ok: true, agents: FLEET_SIZE, interrupted: false })
    expect(Object.values(told.acts)).toEqual([1])
    expect(told.tasks['created']).toBe(3)
  }
  const { agents } = await admin.call('fleet_list', { limit: 100 })
  const demo = agents.filter(({ agent_id: id }) => id.startsWith('demo-'))
  expect(demo).toHaveLength(FLEET_SIZE)
  expect(demo.filter(({ status }) => status === 'stopped')).toHaveLength(FLEET_SIZE - 1)
  expect(demo.every(({ event_count: count }) => count > 100)).toBe(true)
  const { versions } = await admin.call('agent_versions_list', { agent_id: 'demo-canary' })
  expect(versions.map(({ version_number: number }) => number)).toEqual([2, 1])
  const { versions: shared } = await admin.call('agent_versions_get_traffic', { agent_id: 'demo-canary' })
  const shares = shared.map(({ version_number, weight }) => [version_number, weight])
  expect(shares.toSorted(([x = 0], [y = 0]) => x - y)).toEqual([
    [1, 4],
    [2, 1],
  ])
  const built = await admin.call('agent_versions_list', { agent_id: 'demo-builder-1' })
  expect(built.versions.map(({ version_number: number }) => number)).toEqual([3, 2, 1])
  const forked = await admin.call('agent_versions_get_lineage', { agent_id: 'demo-builder-2' })
  expect(JSON.stringify(forked)).toContain('demo-builder-1')
  const { tasks } = await admin.call('tasks_list', { limit: 100 })
  expect(tasks).toHaveLength(6)
  expect(tasks.every(({ agent_id: id }) => id.startsWith('demo-'))).toBe(true)
})

test('the past is sent once: a further run adds only what is new; what was lowered for it is as it was', async () => {
  const before = { to: new Date(Date.now() - 86_400_000).toISOString() }
  const past = (await admin.call('telemetry_list_costs', before)).by_day
  expect(past.filter(({ cost_usd: usd }) => usd > 0).length).toBeGreaterThanOrEqual(HISTORY_DAYS - 1)
  await runCli(['demo', '--fleet', '--seconds', '1', '--seed', '9', '--json'], environment())
  expect((await admin.call('telemetry_list_costs', before)).by_day).toEqual(past)
  const { sources } = await admin.call('settings_get', {})
  expect([sources['alert_stuck_minutes'], sources['alert_agent_cost_usd']]).toEqual(['default', 'default'])
  expect((await admin.call('drift_get', { agent_id: 'demo-drifter' })).status).toBe('drifting')
  const steady = await admin.call('drift_get', { agent_id: 'demo-triage-1' })
  expect(steady.dimensions.filter(({ status }) => status === 'healthy').length).toBeGreaterThan(3)
  expect((await admin.call('webhooks_list', {})).webhooks).toEqual([])
})

test('where the server may call its own machine, a webhook is received while it runs, and paused after it', async () => {
  const other = await testInstance({ egress_allow: '127.0.0.1' })
  const own = { WRIT_HOME: other.home, WRIT_URL: other.url, WRIT_API_KEY: other.adminKey }
  const { code } = await runCli(['demo', '--fleet', '--seconds', '9', '--json'], own)
  expect(code).toBe(0)
  const there = new Connection({ baseUrl: other.url, apiKey: other.adminKey })
  const { webhooks } = await there.call('webhooks_list', {})
  expect(webhooks).toMatchObject([{ state: 'paused', state_reason: 'Paused by a person.' }])
  const { deliveries } = await there.call('webhooks_list_deliveries', { webhook_id: webhooks[0]?.webhook_id ?? '' })
  expect(deliveries.some(({ state }) => state === 'delivered')).toBe(true)
  const { approvals } = await there.call('approvals_list', {})
  expect(approvals).toMatchObject([{ agent_id: 'demo-support-2', state: 'pending' }])
  await other.close()
})

test('Ctrl-C ends it cleanly: the agents say goodbye, and the exit code tells', async () => {
  const child = startCli(['demo', '--fleet', '--seconds', '600'], environment())
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const before = (await admin.call('fleet_get', { agent_id: 'demo-looper' })).agent.event_count
  await vi.waitFor(
    async () => {
      const { agent } = await admin.call('fleet_get', { agent_id: 'demo-looper' })
      expect(agent.event_count).toBeGreaterThan(before + 10)
      expect(agent.status).toBe('running')
    },
    { timeout: 60_000, interval: 200 },
  )
  child.kill('SIGINT')
  const [code] = (await once(child, 'close')) as [number]
  expect([code, text.includes('Stopped.')]).toEqual([130, true])
  expect((await admin.call('fleet_get', { agent_id: 'demo-looper' })).agent.status).toBe('stopped')
})
