import { setTimeout as pause } from 'node:timers/promises'
import type { Engine } from './databases.ts'
import { guardPosts } from './guard-requests.ts'
import { runLoad } from './load.ts'
import { mostRow, percentile, skippedRow, type Row } from './rows.ts'
import { writServer } from './writ-server.ts'

export interface MemoryPlan {
  readonly engine: Engine
  readonly seconds: number
  readonly connections: number
  readonly policies: number
}

const GOALS = { postgres: 250, embedded: 700 } as const
/** Megabytes a minute that count as flat: 60 MB in the ten minutes of a full run would be a leak, 10 are noise. */
const FLAT = 1
const SAMPLE_MS = 500

/** Resident memory of the server under steady load, and its slope over the second half of the run. */
export async function memorySection({ engine, seconds, connections, policies }: MemoryPlan): Promise<Row[]> {
  const server = await writServer(engine, { policies })
  try {
    if (Number.isNaN(server.program.rssMb())) return [skippedRow(`memory (${engine})`, 'this system does not tell')]
    const samples: { minute: number; mb: number }[] = []
    const started = performance.now()
    const load = runLoad({ url: server.url, requests: guardPosts(server.url, server.adminKey), connections, seconds })
    let running = true
    void load.then(() => (running = false))
    while (running) {
      await pause(SAMPLE_MS)
      samples.push({ minute: (performance.now() - started) / 60_000, mb: server.program.rssMb() })
    }
    const { answers } = await load
    const late = samples.slice(Math.floor(samples.length / 2))
    const what = `(${engine}, ${seconds} s, ${answers} guard calls)`
    const rss = percentile(
      late.map(({ mb }) => mb),
      0.5,
    )
    return [
      mostRow(`resident memory ${what}`, rss, GOALS[engine], 'MB'),
      mostRow(`growth over the second half ${what}`, slope(late), FLAT, 'MB/min'),
    ]
  } finally {
    await server.remove()
  }
}

/** Least squares. */
function slope(points: readonly { readonly minute: number; readonly mb: number }[]): number {
  const mean = (pick: (point: { minute: number; mb: number }) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length
  const [minute, mb] = [mean((point) => point.minute), mean((point) => point.mb)]
  const across = points.reduce((sum, point) => sum + (point.minute - minute) * (point.mb - mb), 0)
  const spread = points.reduce((sum, point) => sum + (point.minute - minute) ** 2, 0)
  return spread === 0 ? 0 : across / spread
}
