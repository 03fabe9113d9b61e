import { availableParallelism } from 'node:os'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { PolicyRow } from '#core/policies/index'
import type { History } from './scan-files.ts'
import { SharedWork, type FileSays } from './scan-shared.ts'
import { ScanSum, type Entry, type ScanTotal } from './scan-sum.ts'
import { ReadingThread } from './scan-thread.ts'
import type { ScanStart } from './scan-worker.ts'

export { defaultRows } from '#core/policies/index'
export { historiesIn, historyFolders } from './scan-files.ts'

const MAX_THREADS = 8
/** Milliseconds of judging before other threads are listened to. */
const TURN = 10
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js', import.meta.url)

/**
 * Judges recordings on every core, without a server: the other threads read, this one loads the policies meanwhile,
 * judges, and then reads as well. `progress` is told the bytes that are done.
 */
export async function scanHistories(
  histories: readonly History[],
  rows: readonly PolicyRow[],
  progress: (done: number) => void,
): Promise<ScanTotal> {
  const work = new SharedWork()
  const sum = new ScanSum(histories)
  const add = (says: FileSays, told: Entry[]): void => {
    sum.add(says, told)
    progress(sum.bytes)
  }
  const start = { files: histories.map(({ path }) => path), rows, memory: work.memory }
  const others = Math.min(MAX_THREADS, availableParallelism(), histories.length) - 1
  const reading = Promise.all(Array.from({ length: others }, () => readApart(start, add)))
  // A worker that fails while this thread is busy is told at the end.
  reading.catch(() => {})
  const { HistoryJudge } = await import('./scan-judge.ts')
  const judge = new HistoryJudge(rows)
  const judgeWaiting = async (): Promise<void> => {
    while (sum.isWaiting) {
      work.wait(-(await sum.judge(judge, performance.now() + TURN)))
      if (!judge.isTimeless) work.judgeApart()
      await setImmediate()
    }
  }
  const thread = new ReadingThread(work, rows)
  const told: Entry[] = []
  for (;;) {
    await judgeWaiting()
    const file = work.takeFile()
    const path = histories[file]?.path
    if (path === undefined) break
    add(await thread.read(path, file), told)
  }
  let isOver = false
  void reading.finally(() => (isOver = true)).catch(() => {})
  while (!isOver) {
    await judgeWaiting()
    await Promise.race([reading, setTimeout(1)])
  }
  await reading
  await judgeWaiting()
  return sum.result(judge)
}

/** One worker. It takes its files by itself and ends when none is left. */
function readApart(start: ScanStart, add: (says: FileSays, told: Entry[]) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const told: Entry[] = []
    const worker = new Worker(workerFile, { workerData: start })
    worker.on('message', (says: FileSays) => add(says, told))
    worker.on('error', reject)
    worker.on('exit', () => resolve())
  })
}
