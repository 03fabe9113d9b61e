import { Pool } from 'pg'
import { uuidv7 } from '#core/kernel/id'
import { agentKey } from './api.ts'
import { postgresProblem } from './databases.ts'
import { jsonPost, runLoad } from './load.ts'
import { startProgram } from './processes.ts'
import { interleaved, type RoundsPlan } from './rounds.ts'
import { factRow, middle, ratioRow, round, skippedRow, type Row } from './rows.ts'
import { writServer, type WritServer } from './writ-server.ts'

export interface TelemetryPlan {
  /** Of batches, and of bare inserts. */
  readonly connections: number
  readonly rounds: number
  readonly seconds: number
  readonly singles: RoundsPlan
}

const BATCH = 100
const AGENTS = 50

/** What agents report, most of it tool calls, costs and heartbeats; without ids, so that nothing is known already. */
function event(n: number): Record<string, unknown> {
  const common = { agent_id: `bench-agent-${n % AGENTS}`, host: `host-${n % 8}` }
  const kind = n % 10
  if (kind < 4) {
    const input = { path: `src/module-${n % 97}/file-${n % 13}.ts`, limit: n % 200 }
    return { ...common, type: 'tool_call', tool_name: `tool-${n % 12}`, input, duration_ms: 20 + (n % 900) }
  }
  if (kind < 7) {
    const tokens = { tokens_in: 900 + (n % 700), tokens_out: 100 + (n % 300), cache_read_tokens: n % 5000 }
    return { ...common, type: 'cost', model: 'claude-sonnet-4-5', ...tokens }
  }
  if (kind === 7)
    return { ...common, type: 'task', task: `task-${n % 6}`, outcome: 'success', cost_usd: 0.02, duration_ms: 9000 }
  if (kind === 8) return { ...common, type: 'error', error: `request ${n} failed: connection reset by peer` }
  return { ...common, type: 'heartbeat', status: 'running' }
}

/** Durable ingest against the database alone, and single events against a bare Express echo. */
export async function telemetrySection({ singles, ...batches }: TelemetryPlan): Promise<Row[]> {
  const problem = await postgresProblem()
  if (problem !== undefined) return [skippedRow('telemetry on PostgreSQL', problem)]
  const server = await writServer('postgres')
  try {
    const key = await agentKey(server.url, server.adminKey)
    return [...(await batchRows(server, key, batches)), ...(await singleRows(server, key, singles))]
  } finally {
    await server.remove()
  }
}

async function batchRows(server: WritServer, key: string, plan: Omit<TelemetryPlan, 'singles'>): Promise<Row[]> {
  const { connections, rounds, seconds } = plan
  const requests = Array.from({ length: 50 }, (_, batch) => {
    const events = Array.from({ length: BATCH }, (__, n) => event(batch * BATCH + n))
    return jsonPost(`${server.url}/api/telemetry`, { events }, { 'x-api-key': key })
  })
  const load = async (for_: number): Promise<number> => {
    const figures = await runLoad({ url: server.url, requests, connections, seconds: for_ })
    if (figures.refused + figures.broken > 0) throw new Error(`${figures.refused} batches were refused.`)
    return figures.perSecond * BATCH
  }
  const pool = new Pool({ connectionString: server.place.url, max: connections })
  try {
    await load(seconds)
    const rows = await keptRows(pool)
    await insertFor(pool, rows, { connections, seconds })
    const seen: { writ: number[]; bare: number[]; ratios: number[] } = { writ: [], bare: [], ratios: [] }
    for (let turn = 0; turn < rounds; turn += 1) {
      const writ = await load(seconds)
      const bare = await insertFor(pool, rows, { connections, seconds })
      seen.writ.push(writ)
      seen.bare.push(bare)
      seen.ratios.push(writ / bare)
    }
    const note = `${connections} connections, batches of ${BATCH}, ${rounds} rounds of ${seconds} s; both durable, the same columns and indexes`
    return [
      ratioRow(
        'telemetry in batches / bare multi-row insert, events a second',
        middle(seen.ratios),
        { least: 0.5 },
        note,
      ),
      factRow('telemetry in batches', `${round(middle(seen.writ))} events/s`),
      factRow('bare multi-row insert', `${round(middle(seen.bare))} rows/s`),
    ]
  } finally {
    await pool.end()
  }
}

type KeptRow = Readonly<Record<string, unknown>>

/** The rows that the server made of the batches, for a table of the same shape: only the work around them is left out. */
async function keptRows(pool: Pool): Promise<KeptRow[]> {
  await pool.query('create table bare_event (like agent_event including all)')
  const { rows } = await pool.query<KeptRow>('select * from agent_event limit $1', [BATCH * 50])
  return rows
}

async function insertFor(
  pool: Pool,
  rows: readonly KeptRow[],
  { connections, seconds }: { connections: number; seconds: number },
): Promise<number> {
  const columns = Object.keys(rows[0] ?? {})
  const places = Array.from({ length: BATCH }, (_, row) => {
    const numbers = columns.map((__, column) => `$${row * columns.length + column + 1}`)
    return `(${numbers.join(',')})`
  })
  const text = `insert into bare_event (${columns.join(',')}) values ${places.join(',')}`
  const started = performance.now()
  const end = started + seconds * 1000
  let [inserted, turn] = [0, 0]
  const insert = async (): Promise<void> => {
    while (performance.now() < end) {
      const from = (turn++ * BATCH) % (rows.length - BATCH + 1)
      const batch = rows.slice(from, from + BATCH).map((row) => ({ ...row, event_id: uuidv7() }))
      await pool.query(
        text,
        batch.flatMap((row) => columns.map((name) => (row as KeptRow)[name])),
      )
      inserted += BATCH
    }
  }
  await Promise.all(Array.from({ length: connections }, insert))
  return (inserted * 1000) / (performance.now() - started)
}

async function singleRows(server: WritServer, key: string, plan: RoundsPlan): Promise<Row[]> {
  const echo = await startProgram('echo-program.ts')
  try {
    const bodies = Array.from({ length: 200 }, (_, n) => ({ events: [event(n)] }))
    const headers = { 'x-api-key': key }
    const [echoed, writ] = await interleaved(
      [
        {
          name: 'echo',
          program: echo,
          requests: bodies.map((body) => jsonPost(`${echo.url}/api/guard`, body, headers)),
        },
        {
          name: 'telemetry',
          program: server.program,
          requests: bodies.map((body) => jsonPost(`${server.url}/api/telemetry`, body, headers)),
        },
      ],
      plan,
    )
    if (!echoed || !writ || writ.refused + writ.broken > 0) throw new Error('Single events were refused under load.')
    const name = 'telemetry, single events'
    return [
      ratioRow(`${name} / Express echo, requests a second`, writ.perSecond / echoed.perSecond, { least: 0.6 }),
      factRow(`${name} / Express echo, server CPU a request`, `${round(writ.cpuMicros / echoed.cpuMicros)} x`),
      ...[echoed, writ].map((one) =>
        factRow(
          `${one.name}: p50 / p99`,
          `${round(one.p50)} / ${round(one.p99)} ms, ${round(one.perSecond)}/s, ${round(one.cpuMicros)} us CPU`,
        ),
      ),
    ]
  } finally {
    await echo.stop()
  }
}
