import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { loadSqlParser } from '#core/evidence/index'
import type { PolicyRow } from '#core/policies/index'
import { HistoryJudge, type Found } from './scan-judge.ts'

export interface ScanStart {
  readonly rows: readonly PolicyRow[]
}

/** What a worker says: that it wants work, or what it found in a file. */
export interface ScanSays {
  readonly file: string | null
  readonly found: Found | null
  /** Why the file could not be read. */
  readonly problem: string | null
}

/** Judges the files that it is sent, one after another, until it is ended. */
async function serve(): Promise<void> {
  const { rows } = workerData as ScanStart
  await loadSqlParser()
  const judge = new HistoryJudge(rows)
  const say = (says: ScanSays): void => parentPort?.postMessage(says, [])
  parentPort?.on('message', (file: string) => {
    try {
      say({ file, found: judge.judge(file, readFileSync(file)), problem: null })
    } catch (error) {
      say({ file, found: null, problem: error instanceof Error ? error.message : String(error) })
    }
  })
  say({ file: null, found: null, problem: null })
}

await serve()
