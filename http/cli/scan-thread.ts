import type { PolicyRow } from '#core/policies/index'
import type { HistoryJudge, Outcome } from './scan-judge.ts'
import { HistoryReader, type FileFound } from './scan-reader.ts'
import type { FileSays, SharedWork } from './scan-shared.ts'

/** Reads the files that are left, one after another. Judges what it reads only when the main thread is far behind. */
export class ReadingThread {
  readonly #reader = new HistoryReader()
  readonly #work: SharedWork
  readonly #rows: readonly PolicyRow[]
  #judge: HistoryJudge | null = null

  constructor(work: SharedWork, rows: readonly PolicyRow[]) {
    this.#work = work
    this.#rows = rows
  }

  async read(path: string, file: number): Promise<FileSays> {
    const apart = this.#work.isApart
    let found: FileFound
    try {
      found = this.#reader.read(path, apart)
    } catch (error) {
      return { file, found: null, problem: error instanceof Error ? error.message : String(error), judged: null }
    }
    if (this.#work.isBehind) return { file, found, problem: null, judged: await this.#judged(found, apart) }
    this.#work.wait(found.fresh.length)
    return { file, found, problem: null, judged: null }
  }

  async #judged({ fresh, firsts, ats, sessions }: FileFound, apart: boolean): Promise<(Outcome | null)[]> {
    // Takes as long to load as a thousand calls to be judged.
    this.#judge ??= new (await import('./scan-judge.ts')).HistoryJudge(this.#rows)
    const outcomes: (Outcome | null)[] = []
    for (const [index, use] of fresh.entries()) {
      const call = firsts[index] ?? -1
      const outcome = await this.#judge.judge(use, { at: ats[call] ?? null, session: sessions[call] ?? null })
      outcomes.push(apart ? outcome : (this.#judge.known(use) ?? null))
    }
    return outcomes
  }
}
