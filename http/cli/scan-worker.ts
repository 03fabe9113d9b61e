import { parentPort, workerData } from 'node:worker_threads'
import type { PolicyRow } from '#core/policies/index'
import { SharedWork } from './scan-shared.ts'
import { ReadingThread } from './scan-thread.ts'

export interface ScanStart {
  readonly files: readonly string[]
  readonly rows: readonly PolicyRow[]
  readonly memory: SharedArrayBuffer
}

/** Reads until no file is left, then ends by itself. */
async function serve({ files, rows, memory }: ScanStart): Promise<void> {
  const work = new SharedWork(memory)
  const thread = new ReadingThread(work, rows)
  for (let file = work.takeFile(); file < files.length; file = work.takeFile()) {
    parentPort?.postMessage(await thread.read(files[file] ?? '', file), [])
  }
}

await serve(workerData as ScanStart)
