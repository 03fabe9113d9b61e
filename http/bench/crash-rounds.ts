import { setTimeout as pause } from 'node:timers/promises'
import { verifyExport } from '#core/ledger/index'
import { call } from './api.ts'
import type { Engine } from './databases.ts'
import { guardPosts } from './guard-requests.ts'
import { plainGet, runLoad } from './load.ts'
import type { Row } from './rows.ts'
import { writServer, type WritServer } from './writ-server.ts'

export interface CrashPlan {
  readonly engine: Engine
  readonly rounds: number
  readonly connections: number
}

export interface CrashFigures {
  readonly engine: Engine
  readonly rounds: number
  /** Decisions that the server answered before it was killed. */
  readonly acknowledged: number
  /** Of these, the ones that cannot be found after the restart. */
  readonly lost: number
  /** Rounds after which the whole ledger verified. */
  readonly verified: number
  /** Milliseconds from the restart until the server serves, median. */
  readonly restartMs: readonly number[]
}

/** A loaded server, killed with SIGKILL at a random moment and started again on the same data, `rounds` times. */
export async function crashRounds({ engine, rounds, connections }: CrashPlan): Promise<CrashFigures> {
  const server = await writServer(engine)
  const restartMs: number[] = []
  let [acknowledged, lost, verified] = [0, 0, 0]
  try {
    // The key and every checkpoint are kept from before each kill, as a stranger would: a log rolled back would show.
    const first = await exportOf(server)
    const trustedKeys = (JSON.parse(first[0] ?? '') as { keys: string[] }).keys
    const knownCheckpoints = checkpointsIn(first)
    for (let round = 0; round < rounds; round += 1) {
      const ids = await loadUntilKilled(server, connections)
      const started = performance.now()
      await server.restartKilled()
      restartMs.push(performance.now() - started)
      acknowledged += ids.length
      lost += await missing(server, ids)
      const lines = await exportOf(server)
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      verified += (await verifyExport([bytes], { trustedKeys, knownCheckpoints })).ok ? 1 : 0
      knownCheckpoints.push(...checkpointsIn(lines).slice(-1))
    }
  } finally {
    await server.remove()
  }
  if (acknowledged === 0) throw new Error('No decision was acknowledged in any round: this showed nothing.')
  return { engine, rounds, acknowledged, lost, verified, restartMs }
}

async function loadUntilKilled(server: WritServer, connections: number): Promise<string[]> {
  const ids: string[] = []
  const firstAnswer = Promise.withResolvers<void>()
  const load = runLoad({
    url: server.url,
    requests: guardPosts(server.url, server.adminKey),
    connections,
    seconds: 30,
    onAnswer: ({ status, body }) => {
      if (status !== 200) throw new Error(`guard answered ${status} under load: ${body()}`)
      ids.push((JSON.parse(body()) as { decision_id: string }).decision_id)
      firstAnswer.resolve()
    },
  })
  // On a busy machine the first answer may take longer than any pause: a kill before it would show nothing.
  await Promise.race([firstAnswer.promise, load])
  await pause(Math.random() * 700)
  server.program.process.kill('SIGKILL')
  await load
  return ids
}

/** One connection asks for them in turn, so that each is asked for exactly once. */
async function missing({ url, adminKey }: WritServer, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0
  let lost = 0
  const { answers } = await runLoad({
    url,
    requests: ids.map((id) => plainGet(`${url}/api/guard/decisions/${id}`, { 'x-api-key': adminKey })),
    connections: 1,
    total: ids.length,
    onAnswer: ({ status, body }) => {
      if (status === 404) lost += 1
      else if (status !== 200) throw new Error(`A decision could not be asked for: ${status} ${body()}`)
    },
  })
  if (answers !== ids.length) throw new Error(`Only ${answers} of ${ids.length} questions for decisions were answered.`)
  return lost
}

interface ExportPage {
  readonly size: number
  readonly lines: readonly string[]
  readonly next_seq: number | null
}

async function exportOf({ url, adminKey }: WritServer): Promise<string[]> {
  const lines: string[] = []
  for (let at = ''; ;) {
    const page = await call<ExportPage>(url, adminKey, `/api/ledger/export?limit=5000${at}`)
    lines.push(...page.lines)
    if (page.next_seq === null) return lines
    at = `&from_seq=${page.next_seq}&size=${page.size}`
  }
}

function checkpointsIn(lines: readonly string[]): string[] {
  return lines
    .filter((line) => line.startsWith('{"checkpoint"'))
    .map((line) => (JSON.parse(line) as { checkpoint: string }).checkpoint)
}

export function crashSentence({ engine, rounds, acknowledged, lost, verified }: CrashFigures): string {
  return `${engine}: lost ${lost} of ${acknowledged} acknowledged in ${rounds} rounds; the ledger verified after ${verified} of ${rounds}`
}

export function crashRow(figures: CrashFigures): Row {
  const { engine, rounds, acknowledged, lost, verified } = figures
  return {
    name: `kill -9 under load, ${rounds} times (${engine})`,
    reached: `lost ${lost} of ${acknowledged}, ledger verified ${verified} of ${rounds}`,
    goal: 'lost 0, all verified',
    ok: lost === 0 && verified === rounds,
  }
}
