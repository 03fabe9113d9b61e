import { judgeOffline, type Decision, type PolicyRow } from '#core/policies/index'
import { secretsIn } from '#core/scans/index'
import { callsIn, toolRequests, type ToolCall } from '#core/transcripts/index'

export interface Risky {
  readonly id: string
  readonly file: string
  /** ISO 8601; null when the recording does not say. */
  readonly at: string | null
  readonly tool: string
  readonly summary: string
  readonly decision: Decision
  readonly risk: number
  readonly reasons: readonly string[]
}

export interface Exposed {
  readonly file: string
  readonly pattern: string
  readonly preview: string
}

export interface Found {
  /** By the id of the call: what another file repeats is the same call. */
  readonly decisions: readonly (readonly [id: string, decision: Decision])[]
  /** What would have been asked about or blocked, and other high risks; the riskiest first. */
  readonly risky: readonly Risky[]
  readonly secrets: readonly Exposed[]
  readonly moreSecrets: number
}

const KEPT = 50
const KEPT_SECRETS = 200

/** Judges recordings one after another. */
export class HistoryJudge {
  readonly #judge: ReturnType<typeof judgeOffline>
  readonly #now = new Date()

  constructor(rows: readonly PolicyRow[]) {
    this.#judge = judgeOffline(rows)
  }

  judge(file: string, bytes: Buffer): Found {
    const decisions: [string, Decision][] = []
    const risky: Risky[] = []
    for (const call of callsIn(bytes)) {
      const one = this.#call(file, call)
      decisions.push([call.callId, one.decision])
      if (one.decision === 'block' || one.decision === 'require_approval') risky.push(one)
    }
    const secrets = exposed(file, bytes)
    return {
      decisions,
      risky: risky.toSorted(byRisk).slice(0, KEPT),
      secrets: secrets.slice(0, KEPT_SECRETS),
      moreSecrets: Math.max(0, secrets.length - KEPT_SECRETS),
    }
  }

  /** Of the files of a patch the gravest decides. */
  #call(file: string, call: ToolCall): Risky {
    const at = call.at === null ? this.#now : new Date(call.at)
    const about = { id: call.callId, file, at: call.at, tool: call.tool }
    const judged = toolRequests(call).map(({ request, summary }) => {
      const { verdict, risk } = this.#judge(request, Number.isNaN(at.getTime()) ? this.#now : at)
      return { ...about, summary, decision: verdict.decision, risk, reasons: verdict.reasons }
    })
    const [worst] = judged.toSorted((a, b) => RANK[b.decision] - RANK[a.decision] || b.risk - a.risk)
    if (worst === undefined) throw new Error('A tool call stands for at least one request.')
    return worst
  }
}

const RANK: Readonly<Record<Decision, number>> = { allow: 0, warn: 1, require_approval: 2, block: 3 }

export function byRisk(a: Risky, b: Risky): number {
  return b.risk - a.risk || RANK[b.decision] - RANK[a.decision] || (a.at ?? '').localeCompare(b.at ?? '')
}

/** Each secret of a file once: histories repeat what was said before. */
function exposed(file: string, bytes: Buffer): Exposed[] {
  const found = new Map<string, Exposed>()
  for (const { pattern, preview } of secretsIn(bytes)) found.set(`${pattern} ${preview}`, { file, pattern, preview })
  return [...found.values()]
}
