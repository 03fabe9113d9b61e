import pg from 'pg'
import { agentKey } from './api.ts'
import { jsonPost, runLoad } from './load.ts'
import { writServer } from './writ-server.ts'
import { writeNew } from '../../core/telemetry/write.ts'
import { NEW_EVENTS } from '../../core/telemetry/statements.ts'
const server = await writServer('postgres')
const key = await agentKey(server.url, server.adminKey)
const events = Array.from({ length: 50 }, (_, n) => ({
  agent_id: 'bench-agent-' + n,
  type: 'heartbeat',
  status: 'running',
}))
await runLoad({
  url: server.url,
  requests: [jsonPost(`${server.url}/api/telemetry`, { events }, { 'x-api-key': key })],
  connections: 1,
  total: 1,
})
const c = new pg.Client({ connectionString: server.place.url })
await c.connect()
const {
  rows: [o],
} = await c.query('select org_id from agent_event limit 1')
let captured: unknown[] = []
let n = 0
const row = (i: number) => ({
  org_id: o.org_id,
  agent_id: 'bench-agent-' + (i % 50),
  agent_name: null,
  host: 'h',
  event_id: 'evt_' + Date.now() + '_' + n++,
  kind: 'heartbeat',
  at: new Date(),
  received_at: new Date(),
  version_id: null,
  task_id: null,
  task: null,
  outcome: null,
  tool: null,
  act_digest: null,
  model: null,
  tokens: null,
  cost_micros: null,
  priced: null,
  duration_ms: null,
  value_micros: null,
  status: 'running',
  message: null,
  error: null,
  data: null,
  tokens_in: 0,
  tokens_out: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  tone: [],
  usage_from: null,
})
for (const size of [1, 8, 25, 400]) {
  const times: number[] = []
  for (let k = 0; k < 30; k++) {
    const rows = Array.from({ length: size }, (_, i) => row(i))
    const t = performance.now()
    await writeNew(
      {
        query: (text: string, values: unknown[]) => {
          captured = values
          return c.query({ name: 'x', text, values })
        },
      } as never,
      rows as never,
      [],
    )
    times.push(performance.now() - t)
  }
  console.log(
    size,
    times
      .slice(0, 8)
      .map((x) => x.toFixed(1))
      .join(' '),
    '...',
    times
      .slice(-8)
      .map((x) => x.toFixed(1))
      .join(' '),
  )
}
const rows = Array.from({ length: 8 }, (_, i) => row(i))
await writeNew(
  {
    query: (_: string, values: unknown[]) => {
      captured = values
    },
  } as never,
  rows as never,
  [],
)
const ex = await c.query('explain (analyze, buffers) ' + NEW_EVENTS, captured)
console.log(ex.rows.map((r) => r['QUERY PLAN']).join('\n'))
await c.end()
await server.remove()
