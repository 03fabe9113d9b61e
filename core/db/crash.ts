import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase, type DatabaseConfig } from './open.ts'

export interface CrashPlan {
  readonly engine: 'postgres' | 'embedded'
  readonly rounds: number
  /** The url of an empty database, or an empty directory. The rows stay there. */
  readonly place: string
}

export interface CrashFigures {
  readonly rounds: number
  readonly acknowledged: number
  readonly lost: number
  /** Milliseconds from opening after the kill to the first answer, each round. */
  readonly recovery: readonly number[]
}

const here = import.meta.url
const writer = fileURLToPath(new URL(here.endsWith('.ts') ? './crash-writer.ts' : './crash-writer.js', here))

/** Kills a writing process with SIGKILL at a random moment, `rounds` times, and counts acknowledged rows that are gone. */
export async function crashRounds({ engine, rounds, place }: CrashPlan): Promise<CrashFigures> {
  const config: DatabaseConfig = engine === 'postgres' ? { url: place } : { dataDir: place }
  const recovery: number[] = []
  let acknowledged = 0
  let lost = 0
  for (let round = 0; round < rounds; round++) {
    const ids = await writeUntilKilled(engine, place)
    const started = performance.now()
    const handle = await openDatabase(config)
    const { rows } = await handle.query<{ id: number }>(
      'SELECT id FROM unnest($1::int8[]) id EXCEPT SELECT id FROM crash_row',
      [ids],
    )
    recovery.push(performance.now() - started)
    await handle.close()
    acknowledged += ids.length
    lost += rows.length
  }
  return { rounds, acknowledged, lost, recovery }
}

async function writeUntilKilled(engine: CrashPlan['engine'], place: string): Promise<number[]> {
  const child = spawn(process.execPath, [...process.execArgv, writer, engine, place, '400'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const ids: number[] = []
  let problem: string | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const id = Number(line)
    if (line === 'ready') void pause(100 + Math.random() * 400).then(() => child.kill('SIGKILL'))
    else if (Number.isInteger(id)) ids.push(id)
    else problem = line
  }
  const [, signal] = (await gone) as [number | null, NodeJS.Signals | null]
  if (signal !== 'SIGKILL') throw new Error(`The writer stopped by itself: ${problem ?? 'without a word'}`)
  return ids
}
