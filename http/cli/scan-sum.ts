import { rankOf, type Decision } from '#core/policies/index'
import type { HistoryJudge, Moment, Outcome } from './scan-judge.ts'
import type { History } from './scan-files.ts'
import type { Exposed, FileFound, Use } from './scan-reader.ts'
import type { FileSays } from './scan-shared.ts'

export interface Risky extends Outcome {
  readonly id: string
  readonly file: string
  /** ISO 8601; null when the recording does not say. */
  readonly at: string | null
  /** The same act done again is told once, with how often. */
  readonly times: number
}

export interface ScanTotal {
  readonly files: number
  readonly bytes: number
  readonly calls: number
  readonly counts: Record<Decision, number>
  /** What would have been asked about or blocked, the riskiest first. */
  readonly risky: readonly Risky[]
  readonly secrets: readonly Exposed[]
  readonly moreSecrets: number
  /** One sentence for each file that could not be read. */
  readonly problems: readonly string[]
}

/** The answer to a use; the use itself is kept until one is there that holds for every moment. */
export interface Entry {
  use: Use | null
  outcome: Outcome | null
}

interface Call extends Moment {
  readonly file: number
  readonly entry: Entry
}

interface Waiting extends Moment {
  readonly use: Use
  readonly entry: Entry
}

const KEPT = 100
const KEPT_SECRETS = 1000

/** Puts together what the threads say. Where two files have the same call, the first in the list has it. */
export class ScanSum {
  bytes = 0
  #files = 0
  readonly #histories: readonly History[]
  readonly #calls = new Map<string, Call>()
  readonly #waiting: Waiting[] = []
  readonly #secrets: { readonly file: number; readonly found: readonly Exposed[] }[] = []
  #moreSecrets = 0
  readonly #problems: { readonly file: number; readonly text: string }[] = []

  constructor(histories: readonly History[]) {
    this.#histories = histories
  }

  /** `told` is what its thread told of uses so far. */
  add({ file, found, problem, judged }: FileSays, told: Entry[]): void {
    const history = this.#histories[file]
    this.bytes += history?.bytes ?? 0
    if (found === null) {
      this.#problems.push({ file, text: `${history?.path}: ${problem ?? 'it could not be read'}` })
      return
    }
    this.#files += 1
    this.#addUses(found, judged, told)
    this.#addCalls(file, found, told)
    if (found.secrets.length > 0) this.#secrets.push({ file, found: found.secrets })
    this.#moreSecrets += found.moreSecrets
  }

  /** By place, not by entries: a large history has millions of calls. */
  #addCalls(file: number, { ids, ats, sessions, uses }: FileFound, told: readonly Entry[]): void {
    for (let index = 0; index < ids.length; index += 1) {
      const id = ids[index] ?? ''
      const entry = told[uses[index] ?? -1]
      if (entry === undefined) throw new Error('A call has a use that no thread told.')
      const known = this.#calls.get(id)
      if (known !== undefined && known.file <= file) continue
      this.#calls.set(id, { file, entry, at: ats[index] ?? null, session: sessions[index] ?? null })
    }
  }

  #addUses({ fresh, firsts, ats, sessions }: FileFound, judged: FileSays['judged'], told: Entry[]): void {
    for (const [index, use] of fresh.entries()) {
      const outcome = judged?.[index] ?? null
      const entry: Entry = { use: outcome === null ? use : null, outcome }
      told.push(entry)
      const call = firsts[index] ?? -1
      if (judged === null) this.#waiting.push({ use, entry, at: ats[call] ?? null, session: sessions[call] ?? null })
    }
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Judges what waits until it is time to look at something else; tells how many uses. */
  async judge(judge: HistoryJudge, until: number): Promise<number> {
    let done = 0
    while (performance.now() < until) {
      const next = this.#waiting.pop()
      if (next === undefined) break
      const { use, entry } = next
      await judge.judge(use, next)
      entry.outcome = judge.known(use) ?? null
      if (entry.outcome !== null) entry.use = null
      done += 1
    }
    return done
  }

  async result(judge: HistoryJudge): Promise<ScanTotal> {
    const counts = { allow: 0, warn: 0, require_approval: 0, block: 0 }
    const groups = new Map<string, Risky>()
    for (const [id, call] of this.#calls) {
      const { use, outcome: known } = call.entry
      const outcome = known ?? (use === null ? null : await judge.judge(use, call))
      if (outcome === null) throw new Error('A call was not judged.')
      counts[outcome.decision] += 1
      if (rankOf(outcome.decision) >= rankOf('require_approval')) this.#group(groups, id, call, outcome)
    }
    const secrets = this.#secrets.toSorted((a, b) => a.file - b.file).flatMap(({ found }) => found)
    return {
      files: this.#files,
      bytes: this.bytes,
      calls: this.#calls.size,
      counts,
      risky: [...groups.values()].toSorted(byRisk).slice(0, KEPT),
      secrets: secrets.slice(0, KEPT_SECRETS),
      moreSecrets: this.#moreSecrets + Math.max(0, secrets.length - KEPT_SECRETS),
      problems: this.#problems.toSorted((a, b) => a.file - b.file).map(({ text }) => text),
    }
  }

  #group(groups: Map<string, Risky>, id: string, { file, at }: Call, outcome: Outcome): void {
    const key = `${outcome.tool} ${outcome.summary}`
    const known = groups.get(key)
    const times = (known?.times ?? 0) + 1
    const one = { id, file: this.#histories[file]?.path ?? '', at, ...outcome, times }
    groups.set(key, known === undefined || byRisk(one, known) < 0 ? one : { ...known, times })
  }
}

function byRisk(a: Risky, b: Risky): number {
  return (
    b.risk - a.risk || rankOf(b.decision) - rankOf(a.decision) || inOrder(a.at ?? '', b.at ?? '') || inOrder(a.id, b.id)
  )
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
