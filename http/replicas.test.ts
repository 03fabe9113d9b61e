import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { testEngine } from '#core/testing/database'
import { call } from './bench/api.ts'
import type { Program } from './bench/processes.ts'
import { replicas, type Replicas } from './bench/replicas.ts'

// Whole servers start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

describe.runIf(testEngine() === 'postgres')('two server processes on one PostgreSQL', () => {
  let servers: Replicas
  let stub: StubServer
  beforeAll(async () => {
    stub = await stubServer((_, response) => response.end('ok'))
    servers = await replicas({ WRIT_LOG_LEVEL: 'error', WRIT_EGRESS_ALLOW: '127.0.0.1' })
  })
  afterAll(async () => {
    await servers.remove()
    await stub.close()
  })

  const guard = async ({ url }: Program, agent_id: string): Promise<string> => {
    const act = { action_type: 'research', agent_id, declared_goal: 'read the notes' }
    return (await call<{ decision: string }>(url, servers.adminKey, '/api/guard', act)).decision
  }
  async function post({ url }: Program, path: string, method = 'POST', body: object = {}): Promise<number> {
    const { adminKey: key } = servers
    const headers = { 'x-api-key': key, 'x-clawatch-key': key, 'content-type': 'application/json' }
    return (await fetch(url + path, { method, headers, body: JSON.stringify(body) })).status
  }

  test.each([
    ['operation', '/api/agents'],
    ["Clawatch's dialect", '/clawatch/api/agents'],
  ])(
    'what one pauses by the %s the other blocks from its next call on, and allows again when it is resumed',
    async (_, road) => {
      const { a, b } = servers
      const id = road.replaceAll('/', '-')
      expect(await guard(b, id)).toBe('allow')
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        expect(await post(one, `${road}/${id}/pause`)).toBe(200)
        expect([await guard(other, id), await guard(one, id)]).toEqual(['block', 'block'])
        expect(await post(other, `${road}/${id}/resume`)).toBe(200)
        expect([await guard(one, id), await guard(other, id)]).toEqual(['allow', 'allow'])
      }
    },
  )

  /** As if these agents had sent their only heartbeat so many seconds before they did. */
  const earlier = (ids: readonly string[], seconds: number) =>
    servers.database.query(
      `with heard as (update agent_stat set last_received_at = last_received_at - make_interval(secs => $2), watch_at = now()
          where agent_id = any($1) returning org_id, agent_id)
        update agent as a set last_seen_at = last_seen_at - make_interval(secs => $2) from heard as h
          where a.org_id = h.org_id and a.agent_id = h.agent_id`,
      [ids, seconds],
    )
  const alerts = async (ids: readonly string[]): Promise<string[]> => {
    const { rows } = await servers.database.query<{ agent_id: string }>(
      `select agent_id from agent_alert where kind = 'stuck' and agent_id = any($1) order by agent_id`,
      [ids],
    )
    return rows.map(({ agent_id: id }) => id)
  }
  const told = (): string[] =>
    stub.received
      .map(({ body }) => (JSON.parse(body) as { data: { agent_id: string } }).data.agent_id)
      .toSorted((x, y) => (x < y ? -1 : 1))

  test('a silent agent has one alert and one message; a server killed in the middle of the job loses none and doubles none', async () => {
    const { a, b, adminKey, database } = servers
    expect(await post(a, '/api/settings', 'PATCH', { settings: { alert_stuck_minutes: 1 } })).toBe(200)
    // The other server may know the former threshold for two seconds more, and would then look again in a minute.
    await sleep(3000)
    await call(a.url, adminKey, '/api/notifiers', { name: 'w', subjects: ['alert'], webhook: { url: stub.url } })
    const first = ['silent-1', 'silent-2']
    for (const [n, agent_id] of first.entries()) {
      await call([a, b][n]?.url ?? '', adminKey, '/api/telemetry', { events: [{ type: 'heartbeat', agent_id }] })
    }
    await earlier(first, 50)
    await expect.poll(() => alerts(first), { timeout: 90_000 }).toEqual(first)
    await expect.poll(told, { timeout: 60_000 }).toEqual(first)

    const events = ['silent-3', 'silent-4'].map((agent_id) => ({ type: 'heartbeat', agent_id }))
    await call(b.url, adminKey, '/api/telemetry', { events })
    await database.query('begin')
    await database.query('lock table agent_alert in access exclusive mode')
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await database.query(waiting)).rowCount, { timeout: 60_000 }).toBeGreaterThan(0)
    const holder = await servers.holderOf('alerts.sweep')
    await holder.stop('SIGKILL')
    await database.query('commit')
    await earlier(['silent-3', 'silent-4'], 70)
    const all = [...first, 'silent-3', 'silent-4']
    await expect.poll(() => alerts(all), { timeout: 60_000 }).toEqual(all)
    await expect.poll(told, { timeout: 90_000 }).toEqual(all)
    // Several turns of both jobs, in which nothing more may come.
    await sleep(4000)
    expect([await alerts(all), told()]).toEqual([all, all])
    expect(await servers.holderOf('alerts.sweep')).toBe(holder === a ? b : a)
  })
})
