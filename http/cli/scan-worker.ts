import { parentPort } from 'node:worker_threads'
import type { PolicyRow } from '#core/policies/index'
import { SharedWork, type FileSays } from './scan-shared.ts'
import { ReadingThread } from './scan-thread.ts'

export interface ScanStart {
  readonly files: readonly string[]
  readonly rows: readonly PolicyRow[]
  readonly memory: SharedArrayBuffer
}

/** Reads until no file is left, says what it found in each, and null at the end. */
async function read({ files, rows, memory }: ScanStart): Promise<void> {
  const say = (says: FileSays | null): void => parentPort?.postMessage(says, [])
  const work = new SharedWork(memory)
  const thread = new ReadingThread(work, rows)
  for (let file = work.takeFile(); file < files.length; file = work.takeFile()) {
    say(await thread.read(files[file] ?? '', file))
  }
  say(null)
}

parentPort?.once('message', (start: ScanStart) => void read(start))
