import { Client } from 'pg'
import { call } from './api.ts'
import { postgresProblem } from './databases.ts'
import { fleetReads, pathsOf, type FleetRead } from './fleet-reads.ts'
import { jsonPost, plainGet, runLoad, type LoadFigures } from './load.ts'
import { factRow, middle, mostRow, ratioRow, round, skippedRow, type Row } from './rows.ts'
import { agentId, seedFleet, type FleetSize } from './seed-fleet.ts'
import { writServer, type WritServer } from './writ-server.ts'

export interface FleetReadsPlan extends ReadPlan {
  readonly large: FleetSize
  readonly small: FleetSize
}

export interface ReadPlan {
  readonly connections: number
  readonly rounds: number
  /** Of one read in one round of one fleet. */
  readonly requests: number
}

export interface Fleet extends FleetSize {
  readonly server: Pick<WritServer, 'url' | 'adminKey'>
  readonly database: string
}

/** The same reads on a large fleet and on a small one, each with a server and a database of its own. */
export async function fleetReadsSection(plan: FleetReadsPlan): Promise<Row[]> {
  const problem = await postgresProblem()
  if (problem !== undefined) return [skippedRow('fleet reads on PostgreSQL', problem)]
  const servers: WritServer[] = []
  try {
    const fleets: Fleet[] = []
    const rows: Row[] = []
    for (const size of [plan.large, plan.small]) {
      const server = await writServer('postgres')
      servers.push(server)
      const database = server.place.url ?? ''
      const started = performance.now()
      await server.restart(() => seedFleet(database, size))
      const seconds = round((performance.now() - started) / 1000)
      rows.push(factRow(`fleet of ${size.agents} agents, seeded`, `${size.events} events in ${seconds} s`))
      fleets.push({ ...size, server, database })
    }
    const [large, small] = fleets as [Fleet, Fleet]
    return [...rows, ...(await readRows(large, small, plan))]
  } finally {
    for (const server of servers) await server.remove()
  }
}

export async function readRows(large: Fleet, small: Fleet, plan: ReadPlan): Promise<Row[]> {
  for (const fleet of [large, small]) await settle(fleet)
  const rows = [await sumsRow(large), await sumsRow(small), await firstRow(large, small)]
  for (const read of fleetReads) rows.push(await comparedRow(read, large, small, plan))
  return rows
}

/** No agent falls silent while the figures are taken, and no call is one too many. */
async function settle({ server }: Fleet): Promise<void> {
  const settings = { alert_stuck_minutes: 10_080, clawmit_requests_per_minute: 0, clawmit_requests_per_day: 0 }
  const response = await fetch(`${server.url}/api/settings`, {
    method: 'PATCH',
    headers: { 'x-api-key': server.adminKey, 'content-type': 'application/json' },
    body: JSON.stringify({ settings }),
  })
  if (!response.ok) throw new Error(`The settings were refused: ${await response.text()}`)
}

/** What nobody has asked before is not known yet: the server adds up agents and days. */
async function firstRow(large: Fleet, small: Fleet): Promise<Row> {
  const times: string[] = []
  for (const { server } of [large, small]) {
    const started = performance.now()
    await call(server.url, server.adminKey, `/api/costs?from=${new Date(Date.now() - 20 * 86_400_000).toISOString()}`)
    times.push(`${round(performance.now() - started)} ms`)
  }
  const name = `costs of all, 20 d, asked for the first time: with ${large.agents} agents / with ${small.agents}`
  return factRow(name, times.join(' / '))
}

/** In turn, and who is first in turn; of each round the two percentiles that were taken one after the other. */
async function comparedRow(read: FleetRead, large: Fleet, small: Fleet, plan: ReadPlan): Promise<Row> {
  const loads = [large, small].map((fleet) => {
    const requests = requestsOf(read, fleet)
    const { url } = fleet.server
    return () => runLoad({ url, requests, connections: plan.connections, total: plan.requests })
  })
  const seen: [LoadFigures[], LoadFigures[]] = [[], []]
  const stop = read.whileTold ? startTelling([large, small]) : undefined
  try {
    for (let turn = -1; turn < plan.rounds; turn += 1) {
      for (const side of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const figures = await (loads[side] as () => Promise<LoadFigures>)()
        if (figures.refused + figures.broken > 0) throw new Error(`${read.name} was refused under load.`)
        // The first turn only warms up.
        if (turn >= 0) seen[side].push(figures)
      }
    }
  } finally {
    await stop?.()
  }
  const listed = ({ agents }: Fleet): number => (read.lists === undefined ? 1 : Math.min(read.lists, agents))
  const per = listed(large) / listed(small)
  const ratio = middle(seen[0].map(({ p95 }, turn) => p95 / (seen[1][turn]?.p95 ?? Number.NaN))) / per
  const times = (of: LoadFigures[]): string =>
    `${round(middle(of.map(({ p50 }) => p50)))} / ${round(middle(of.map(({ p95 }) => p95)))}`
  const name = `${read.name}: p95 with ${large.agents} agents / with ${small.agents}`
  return ratioRow(name, ratio, { most: 1.5 }, `p50 / p95 ${times(seen[0])} ms against ${times(seen[1])} ms`)
}

function requestsOf(read: FleetRead, { server: { url, adminKey }, agents }: Fleet): Buffer[] {
  const writ = { 'x-api-key': adminKey }
  return pathsOf(read, agents).map((path) => {
    const headers = path.startsWith('/clawatch/')
      ? { 'x-clawatch-key': adminKey }
      : path.startsWith('/api/')
        ? writ
        : { authorization: `Bearer ${adminKey}` }
    return plainGet(url + path, headers)
  })
}

/** Each fleet tells of ten costs, again and again, a moment after the last was taken. */
function startTelling(fleets: readonly Fleet[]): () => Promise<void> {
  let ended = false
  const tell = async ({ server, agents }: Fleet): Promise<void> => {
    for (let turn = 0; !ended; turn += 1) {
      const events = Array.from({ length: 10 }, (_, n) => {
        return { type: 'cost', agent_id: agentId((turn * 10 + n) % agents), model: 'model-1', cost_usd: 0.01 }
      })
      const requests = [jsonPost(`${server.url}/api/telemetry`, { events }, { 'x-api-key': server.adminKey })]
      const { refused, broken } = await runLoad({ url: server.url, requests, connections: 1, total: 1 })
      if (refused + broken > 0) throw new Error('Events were refused.')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const telling = Promise.all(fleets.map(tell))
  return async () => {
    ended = true
    await telling
  }
}

const SAMPLED = 20

interface Told {
  readonly agent: Readonly<Record<'event_count' | 'error_count' | 'token_count' | 'cost_usd', number>>
}
interface Costs {
  readonly total_usd: number
  readonly total_tokens: number
}

/** What is answered of some agents and of all of them, against their events themselves. */
async function sumsRow({ server: { url, adminKey }, database, agents }: Fleet): Promise<Row> {
  const client = new Client({ connectionString: database })
  await client.connect()
  try {
    const counted = async (where: string, values: readonly string[]): Promise<number[]> => {
      const { rows } = await client.query<Record<string, string>>(
        `select count(*) as events, count(*) filter (where kind = 'error') as errors, sum(tokens) as tokens,
          sum(cost_micros) as cost from agent_event where org_id = 'org_default' ${where}`,
        [...values],
      )
      return Object.values(rows[0] ?? {}).map(Number)
    }
    let wrong = 0
    const differs = (told: readonly number[], seen: readonly number[]): boolean =>
      told.length !== seen.length || told.some((one, at) => Math.abs(one - (seen[at] ?? Number.NaN)) >= 1)
    for (let n = 0; n < SAMPLED; n += 1) {
      const id = agentId(Math.floor((n * agents) / SAMPLED))
      const { agent } = await call<Told>(url, adminKey, `/api/fleet/${id}`)
      const { total_usd: usd, total_tokens: tokens } = await call<Costs>(url, adminKey, `/api/costs?agent_id=${id}`)
      const seen = await counted('and agent_id = $1', [id])
      const told = [agent.event_count, agent.error_count, agent.token_count, agent.cost_usd * 1e6]
      if (differs(told, seen) || differs([tokens, usd * 1e6], seen.slice(2))) wrong += 1
    }
    const { total_usd: usd, total_tokens: tokens } = await call<Costs>(url, adminKey, '/api/costs')
    if (differs([tokens, usd * 1e6], (await counted('', [])).slice(2))) wrong += 1
    return mostRow(`sums that differ from their events, ${SAMPLED} of ${agents} agents and the org`, wrong, 0, '')
  } finally {
    await client.end()
  }
}
