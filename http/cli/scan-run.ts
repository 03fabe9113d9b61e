import { setImmediate, setTimeout } from 'node:timers/promises'
import type { PolicyRow } from '#core/policies/index'
import type { History } from './scan-files.ts'
import type { HistoryJudge } from './scan-judge.ts'
import { SharedWork, type FileSays } from './scan-shared.ts'
import { ScanSum, type Entry, type ScanTotal } from './scan-sum.ts'
import { ReadingThread } from './scan-thread.ts'
import { readInThreads } from './scan-threads.ts'

export { defaultRows } from '#core/policies/index'
export { historiesIn, historyFolders } from './scan-files.ts'

/** Milliseconds of judging before other threads are listened to. */
const TURN = 10

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
  const told = new Map<number, Entry[]>()
  const add = (says: FileSays, thread: number): void => {
    const uses = told.get(thread) ?? []
    told.set(thread, uses)
    sum.add(says, uses)
    progress(sum.bytes)
  }
  const files = histories.map(({ path }) => path)
  const others = readInThreads({ files, rows, memory: work.memory }, add)
  // A worker that fails while this thread is busy is told at the end.
  others.catch(() => {})
  const { HistoryJudge } = await import('./scan-judge.ts')
  const judge = new HistoryJudge(rows)
  const thread = new ReadingThread(work, rows)
  await judgeWaiting(sum, judge, work)
  for (let file = work.takeFile(); file < files.length; file = work.takeFile()) {
    add(await thread.read(files[file] ?? '', file), OWN)
    await judgeWaiting(sum, judge, work)
  }
  await judgeUntil(others, () => judgeWaiting(sum, judge, work))
  return sum.result(judge)
}

const OWN = -1

async function judgeWaiting(sum: ScanSum, judge: HistoryJudge, work: SharedWork): Promise<void> {
  // What other threads have said is heard first.
  await setImmediate()
  while (sum.isWaiting) {
    work.wait(-(await sum.judge(judge, performance.now() + TURN)))
    if (!judge.isTimeless) work.judgeApart()
    await setImmediate()
  }
}

/** Judges what comes in until the other threads are done. */
async function judgeUntil(others: Promise<void>, judgeSome: () => Promise<void>): Promise<void> {
  let isOver = false
  const over = others.finally(() => (isOver = true))
  over.catch(() => {})
  while (!isOver) {
    await judgeSome()
    await Promise.race([over, setTimeout(1)])
  }
  await over
  await judgeSome()
}
