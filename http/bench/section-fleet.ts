import { setTimeout as sleep } from 'node:timers/promises'
import { agentKey, call } from './api.ts'
import { postgresProblem } from './databases.ts'
import type { Program } from './processes.ts'
import { replicas, type Replicas } from './replicas.ts'
import { percentile, round, skippedRow, type Row } from './rows.ts'

export interface FleetPlan {
  readonly pauses: number
  readonly agents: number
}

/** The shortest silence that an org can call too long. */
const THRESHOLD_MS = 60_000

/** What one replica is told and another one enforces, and alerts of silent agents, also when a replica is killed. */
export async function fleetSection({ pauses, agents }: FleetPlan): Promise<Row[]> {
  const problem = await postgresProblem()
  if (problem !== undefined) return [skippedRow('two servers on one PostgreSQL', problem)]
  const servers = await replicas({ WRIT_LOG_LEVEL: 'error' })
  try {
    const rows = await pauseRows(servers, pauses)
    const settings = { settings: { alert_stuck_minutes: THRESHOLD_MS / 60_000 } }
    await patch(servers, '/api/settings', settings)
    rows.push(
      silenceRow(`heartbeat lost → alert: after the threshold, of ${agents} agents`, await lost(servers, agents)),
    )
    const killed = await lost(servers, agents, killInJob)
    rows.push(silenceRow('the same, the server that runs the job killed (-9) in the middle of it', killed))
    return rows
  } finally {
    await servers.remove()
  }
}

async function pauseRows(servers: Replicas, pauses: number): Promise<Row[]> {
  const { a, b, adminKey } = servers
  const agent = await agentKey(a.url, adminKey)
  const roads = {
    'pause → blocked on the other process': (id: string, verb: string) => `/api/agents/${id}/${verb}`,
    "the same by Clawatch's dialect": (id: string, verb: string) => `/clawatch/api/agents/${id}/${verb}`,
  }
  const rows: Row[] = []
  for (const [name, road] of Object.entries(roads)) {
    const [blocked, allowed]: [number[], number[]] = [[], []]
    for (let n = 0; n < pauses; n += 1) {
      const id = `${rows.length}-paused-${n}`
      await decided(b, agent, id, 'allow')
      blocked.push(await told(a, adminKey, road(id, 'pause'), () => decided(b, agent, id, 'block')))
      allowed.push(await told(a, adminKey, road(id, 'resume'), () => decided(b, agent, id, 'allow')))
    }
    rows.push(timesRow(`${name}: p50/p95/max of ${pauses}`, blocked))
    if (rows.length === 1) rows.push(timesRow(`resume → allowed there: p50/p95/max of ${pauses}`, allowed))
  }
  return rows
}

/** Milliseconds from the call to one server until `seen`, which looks at the other. */
async function told({ url }: Program, key: string, path: string, seen: () => Promise<void>): Promise<number> {
  const started = performance.now()
  const headers = { 'x-api-key': key, 'x-clawatch-key': key, 'content-type': 'application/json' }
  const asked = fetch(url + path, { method: 'POST', headers, body: '{}' })
  const looked = seen().then(() => performance.now() - started)
  const [response, ms] = await Promise.all([asked, looked])
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return ms
}

/** Asks again and again until the guard decides so. */
async function decided({ url }: Program, key: string, agent_id: string, decision: string): Promise<void> {
  const end = performance.now() + 30_000
  while (performance.now() < end) {
    const act = { action_type: 'research', agent_id, declared_goal: 'read the notes' }
    const told = await call<{ decision: string }>(url, key, '/api/guard', act)
    if (told.decision === decision) return
  }
  throw new Error(`The guard did not decide ${decision} within 30 s.`)
}

async function patch({ a, adminKey }: Replicas, path: string, body: object): Promise<void> {
  const headers = { 'x-api-key': adminKey, 'content-type': 'application/json' }
  const response = await fetch(a.url + path, { method: 'PATCH', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

let fleets = 0

/** Seconds from the threshold to the alert, for agents that each send one heartbeat and fall silent. */
async function lost(
  servers: Replicas,
  agents: number,
  disturb?: (servers: Replicas, at: number) => Promise<Program>,
): Promise<number[]> {
  const { a, b, adminKey, database } = servers
  fleets += 1
  const ids = Array.from({ length: agents }, (_, n) => `silent-${fleets}-${n}`)
  for (const [n, agent_id] of ids.entries()) {
    const events = [{ type: 'heartbeat', agent_id }]
    await call((n % 2 === 0 ? a : b).url, adminKey, '/api/telemetry', { events })
    await sleep(100)
  }
  const heard = Date.now()
  await disturb?.(servers, heard + THRESHOLD_MS)
  const seen = new Map<string, number>()
  const end = heard + THRESHOLD_MS + 60_000
  while (seen.size < agents && Date.now() < end) {
    const { rows } = await database.query<{ agent_id: string; since: string; n: string }>(
      `select agent_id, min(data ->> 'silent_since') as since, count(*) as n from agent_alert
        where kind = 'stuck' and agent_id = any($1) group by agent_id`,
      [ids],
    )
    for (const { agent_id: id, since, n } of rows) {
      if (Number(n) !== 1) throw new Error(`${id} has ${n} alerts.`)
      if (!seen.has(id)) seen.set(id, (Date.now() - new Date(since).getTime() - THRESHOLD_MS) / 1000)
    }
    await sleep(50)
  }
  if (seen.size < agents) throw new Error(`${agents - seen.size} silent agents have no alert.`)
  return [...seen.values()]
}

/** A second before the threshold the job is held up in the database, so that the process dies in the middle of it. */
async function killInJob(servers: Replicas, at: number): Promise<Program> {
  const { database } = servers
  await sleep(at - 1500 - Date.now())
  await database.query('begin')
  await database.query('lock table agent_alert in access exclusive mode')
  await sleep(1400)
  const holder = await servers.holderOf('alerts.sweep')
  await holder.stop('SIGKILL')
  await database.query('commit')
  return holder
}

function timesRow(name: string, ms: readonly number[]): Row {
  const [p50, p95, max] = [percentile(ms, 0.5), percentile(ms, 0.95), Math.max(...ms)]
  return {
    name,
    reached: `${round(p50)} / ${round(p95)} / ${round(max)} ms`,
    goal: '<= 1000 ms',
    ok: max <= 1000,
  }
}

function silenceRow(name: string, seconds: readonly number[]): Row {
  const most = Math.max(...seconds)
  const reached = `p50 ${round(percentile(seconds, 0.5))} s, max ${round(most)} s`
  return { name, reached, goal: '<= 5 s', ok: most <= 5 }
}
