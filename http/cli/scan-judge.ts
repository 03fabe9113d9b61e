import { loadSqlParser, readsWithoutParser } from '#core/evidence/index'
import { judgeOffline, rankOf, type Decision, type PolicyRow } from '#core/policies/index'
import { toolRequests } from '#core/transcripts/index'
import type { Use } from './scan-reader.ts'

/** What the policies say to one use of a tool. */
export interface Outcome {
  readonly tool: string
  readonly summary: string
  readonly decision: Decision
  readonly risk: number
  readonly reasons: readonly string[]
}

/** When and in which session a tool was used. */
export interface Moment {
  readonly at: string | null
  readonly session: string | null
}

interface Judged {
  readonly outcome: Outcome
  /** True: the same use is judged the same at any time, in any session. */
  readonly isTimeless: boolean
}

/** Judges uses of tools: the same use once, unless the policies look at the time or the session. */
export class HistoryJudge {
  readonly #judge: ReturnType<typeof judgeOffline>
  readonly #now = new Date()
  readonly #timeless = new Map<string, Outcome>()
  /** False once a policy looked at the time or the session. */
  isTimeless = true

  constructor(rows: readonly PolicyRow[]) {
    this.#judge = judgeOffline(rows)
  }

  /** The answer to the use, where one holds for every moment. */
  known(use: Use): Outcome | undefined {
    return this.#timeless.get(use.key)
  }

  async judge(use: Use, moment: Moment): Promise<Outcome> {
    const known = this.known(use)
    if (known !== undefined) return known
    const before = readsWithoutParser()
    let judged = this.#worst(use, moment)
    if (readsWithoutParser() > before) {
      // Few recordings have SQL, and its parser takes time to load.
      await loadSqlParser()
      judged = this.#worst(use, moment)
    }
    if (judged.isTimeless) this.#timeless.set(use.key, judged.outcome)
    else this.isTimeless = false
    return judged.outcome
  }

  /** Of the files of a patch the gravest decides. */
  #worst({ tool, input }: Use, moment: Moment): Judged {
    const at = moment.at === null ? this.#now : new Date(moment.at)
    const when = Number.isNaN(at.getTime()) ? this.#now : at
    const all = toolRequests({ tool, input, sessionId: moment.session }).map(({ request, summary }) => {
      const { verdict, risk, isTimeless } = this.#judge(request, when)
      return { outcome: { tool, summary, decision: verdict.decision, risk, reasons: verdict.reasons }, isTimeless }
    })
    const [worst] = all.toSorted(
      ({ outcome: a }, { outcome: b }) => rankOf(b.decision) - rankOf(a.decision) || b.risk - a.risk,
    )
    if (worst === undefined) throw new Error('A tool call stands for at least one request.')
    return { outcome: worst.outcome, isTimeless: all.every(({ isTimeless }) => isTimeless) }
  }
}
