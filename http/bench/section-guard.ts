import { postgresProblem, type Engine } from './databases.ts'
import { guardPosts, guardRequests } from './guard-requests.ts'
import { jsonPost } from './load.ts'
import { startProgram } from './processes.ts'
import { startCerbos } from './cerbos.ts'
import { interleaved, type RoundsPlan, type Target, type TargetFigures } from './rounds.ts'
import { factRow, ratioRow, round, skippedRow, type Row } from './rows.ts'
import { writServer } from './writ-server.ts'

export interface GuardPlan extends RoundsPlan {
  readonly policies: number
  readonly engines: readonly Engine[]
  /** False leaves the decision server from the registry out. */
  readonly rivals: boolean
}

const GOALS = { postgres: 1.5, embedded: 1 } as const

/** POST /api/guard, durable, against a bare Express JSON echo and a Go decision server, all loaded by the same client. */
export async function guardSection(plan: GuardPlan): Promise<Row[]> {
  const rows: Row[] = []
  const targets: Target[] = []
  const removals: (() => Promise<void>)[] = []
  try {
    const echo = await startProgram('echo-program.ts')
    removals.push(() => echo.stop())
    const bodies = guardRequests().map((body) =>
      jsonPost(`${echo.url}/api/guard`, body, { 'x-api-key': 'writ_live_x' }),
    )
    targets.push({ name: 'echo', program: echo, requests: bodies })
    const problem = plan.engines.includes('postgres') ? await postgresProblem() : undefined
    for (const engine of plan.engines) {
      if (engine === 'postgres' && problem !== undefined) rows.push(skippedRow('guard on PostgreSQL', problem))
      else {
        const server = await writServer(engine, { policies: plan.policies })
        removals.push(() => server.remove())
        targets.push({ name: engine, program: server.program, requests: guardPosts(server.url, server.adminKey) })
      }
    }
    if (plan.rivals) {
      const cerbos = await startCerbos(plan.policies)
      if (typeof cerbos === 'string') rows.push(skippedRow('guard against cerbos', cerbos))
      else {
        removals.push(() => cerbos.remove())
        targets.push({ name: 'cerbos', program: cerbos.program, requests: cerbos.requests })
      }
    }
    return [...rowsOf(await interleaved(targets, plan)), ...rows]
  } finally {
    for (const remove of removals.toReversed()) await remove()
  }
}

function rowsOf(figures: readonly TargetFigures[]): Row[] {
  const bad = figures.find(({ refused, broken }) => refused + broken > 0)
  if (bad)
    throw new Error(`${bad.name} refused ${bad.refused} requests and broke ${bad.broken} connections under load.`)
  const [echo] = figures
  const cerbos = figures.find(({ name }) => name === 'cerbos')
  const rows: Row[] = []
  for (const engine of ['postgres', 'embedded'] as const) {
    const writ = figures.find(({ name }) => name === engine)
    if (!writ || !echo) continue
    const name = engine === 'postgres' ? 'guard on PostgreSQL' : 'guard, embedded with fsync'
    rows.push(
      ratioRow(`${name} / Express echo, requests a second`, writ.perSecond / echo.perSecond, { least: GOALS[engine] }),
    )
    rows.push(factRow(`${name} / Express echo, server CPU a request`, `${round(writ.cpuMicros / echo.cpuMicros)} x`))
    if (cerbos && engine === 'postgres') {
      rows.push(ratioRow(`${name} / cerbos, requests a second`, writ.perSecond / cerbos.perSecond, { least: 5 }))
      rows.push(factRow(`${name} / cerbos, server CPU a request`, `${round(writ.cpuMicros / cerbos.cpuMicros)} x`))
    }
  }
  for (const one of figures) {
    const cpu = `${round(one.cpuMicros)} us CPU`
    rows.push(
      factRow(`${one.name}: p50 / p99`, `${round(one.p50)} / ${round(one.p99)} ms, ${round(one.perSecond)}/s, ${cpu}`),
    )
  }
  return rows
}
