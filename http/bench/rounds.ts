import { runLoad, type LoadFigures } from './load.ts'
import type { Program } from './processes.ts'
import { middle } from './rows.ts'

export interface Target {
  readonly name: string
  readonly program: Program
  readonly requests: readonly Buffer[]
}

export interface TargetFigures {
  readonly name: string
  /** Medians over the rounds. */
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** CPU microseconds of the server process a request; NaN where the system does not tell. */
  readonly cpuMicros: number
  readonly refused: number
  readonly broken: number
}

export interface RoundsPlan {
  readonly connections: number
  readonly rounds: number
  /** Of one round of one target. */
  readonly seconds: number
  /** Load on each target before the rounds: a compiler that still works would count as the server's own cost. */
  readonly warmSeconds: number
}

/** Loads the targets in turn, round after round, so that what else the machine does meets all of them alike. */
export async function interleaved(targets: readonly Target[], plan: RoundsPlan): Promise<TargetFigures[]> {
  const seen = targets.map(() => [] as (LoadFigures & { cpuMicros: number })[])
  const { connections, rounds, seconds, warmSeconds } = plan
  for (const { program, requests } of targets) {
    await runLoad({ url: program.url, requests, connections, seconds: warmSeconds })
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [position, { program, requests }] of targets.entries()) {
      const before = program.cpuSeconds()
      const figures = await runLoad({ url: program.url, requests, connections, seconds })
      const cpuMicros = ((program.cpuSeconds() - before) * 1e6) / figures.answers
      seen[position]?.push({ ...figures, cpuMicros })
    }
  }
  return targets.map(({ name }, position) => {
    const rounds = seen[position] ?? []
    const sum = (pick: (one: LoadFigures) => number): number => rounds.reduce((total, one) => total + pick(one), 0)
    const median = (pick: (one: LoadFigures & { cpuMicros: number }) => number): number => middle(rounds.map(pick))
    return {
      name,
      perSecond: median((one) => one.perSecond),
      p50: median((one) => one.p50),
      p99: median((one) => one.p99),
      cpuMicros: median((one) => one.cpuMicros),
      refused: sum((one) => one.refused),
      broken: sum((one) => one.broken),
    }
  })
}
