import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { FileSays } from './scan-shared.ts'
import type { ScanStart } from './scan-worker.ts'

const MAX_THREADS = 8
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js', import.meta.url)
let early: Worker[] = []

/** Starts the threads that will read, before it is known what: they take as long to start as this program to load. */
export function startThreads(): void {
  early = Array.from({ length: Math.min(MAX_THREADS, availableParallelism()) - 1 }, () => {
    const worker = new Worker(workerFile)
    // One that gets no work holds nobody up.
    worker.unref()
    return worker
  })
}

/** Has all threads read, each until no file is left; `add` is told thread and file. Over when the last one is done. */
export async function readInThreads(start: ScanStart, add: (says: FileSays, thread: number) => void): Promise<void> {
  if (early.length === 0) startThreads()
  const workers = early.slice(0, start.files.length - 1)
  early = []
  await Promise.all(workers.map((worker, thread) => readApart(worker, start, (says) => add(says, thread))))
}

function readApart(worker: Worker, start: ScanStart, add: (says: FileSays) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.ref()
    worker.on('message', (says: FileSays | null) => {
      if (says !== null) return add(says)
      worker.unref()
      resolve()
    })
    worker.on('error', reject)
    worker.postMessage(start, [])
  })
}
