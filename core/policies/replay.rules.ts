import { createHash, type Hash } from 'node:crypto'
import type { CompiledPolicies } from './compile.ts'
import { DECISIONS, type Decision } from './decision.rules.ts'
import { evaluate, needs, type Clause } from './evaluate.ts'
import type { Facts } from './facts.ts'
import type { Observation } from './observe.ts'
import { factsOfDecision, observedOf, type RecordedDecision } from './recorded.rules.ts'

export type Counts = Readonly<Record<Decision, number>>

export interface Changed {
  readonly decision_id: string
  readonly agent_id: string | null
  readonly action_type: string
  readonly created_at: string
  readonly recorded: Decision
  readonly before: Decision
  readonly after: Decision
  readonly clauses: readonly Clause[]
}

export interface ReplayReport {
  readonly decisions: number
  /** As it was answered then, approvals and halts included. */
  readonly recorded: Counts
  /** Under today's active policies. */
  readonly before: Counts
  /** Under today's active policies and the draft. */
  readonly after: Counts
  readonly changed_total: number
  readonly changed: readonly Changed[]
  /** Decisions on which the draft wanted an outside look (budget, webhook, model) that history does not hold. */
  readonly not_judged: number
  readonly report_hash: string
}

export interface ReplayOptions {
  readonly orgId: string
  readonly before: CompiledPolicies
  readonly after: CompiledPolicies
  /** Canonical text of the draft; part of the report's hash. */
  readonly draft: string
  readonly maxChanged: number
}

/** Replays recorded decisions, oldest first, one after the other; holds no more of them than it reports. */
export class Replay {
  readonly #options: ReplayOptions
  readonly #hash: Hash
  readonly #rates = new RateHistory()
  readonly #counts = { recorded: zero(), before: zero(), after: zero() }
  readonly #changed: Changed[] = []
  #decisions = 0
  #changedTotal = 0
  #notJudged = 0

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#hash = createHash('sha256').update(`${options.draft}\n`)
  }

  add(row: RecordedDecision): void {
    const facts = factsOfDecision(row, this.#options.orgId)
    const observed = this.#observe(row, facts)
    const before = evaluate(this.#options.before, facts, observed)
    const after = evaluate(this.#options.after, facts, observed)
    this.#decisions += 1
    this.#counts.recorded[row.decision] += 1
    this.#counts.before[before.decision] += 1
    this.#counts.after[after.decision] += 1
    this.#hash.update(`${row.id} ${before.decision} ${after.decision}\n`)
    if (before.decision === after.decision) return
    this.#changedTotal += 1
    if (this.#changed.length >= this.#options.maxChanged) return
    this.#changed.push({
      decision_id: row.id,
      agent_id: row.agent_id,
      action_type: row.action_type,
      created_at: row.created_at.toISOString(),
      recorded: row.decision,
      before: before.decision,
      after: after.decision,
      clauses: after.clauses,
    })
  }

  report(): ReplayReport {
    return {
      decisions: this.#decisions,
      recorded: { ...this.#counts.recorded },
      before: { ...this.#counts.before },
      after: { ...this.#counts.after },
      changed_total: this.#changedTotal,
      changed: this.#changed,
      not_judged: this.#notJudged,
      report_hash: this.#hash.copy().digest('hex'),
    }
  }

  /** What was told then; rates of a policy that did not exist then are counted anew, the rest is left out. */
  #observe(row: RecordedDecision, facts: Facts): Map<string, Observation> {
    const observed = observedOf(row)
    let missing = false
    for (const need of needs(this.#options.after, facts)) {
      if (observed.has(need.policyId)) continue
      if (need.kind === 'rate') {
        // An act that was asked about first and recorded afterwards counts once.
        const counts = row.prior_decision_id === null
        const used = this.#rates.count(`${need.policyId} ${need.subject}`, row.created_at, need.window_seconds, counts)
        observed.set(need.policyId, { kind: 'rate', used })
      } else {
        missing = true
        observed.set(need.policyId, { kind: 'skipped', why: 'the history does not hold it' })
      }
    }
    if (missing) this.#notJudged += 1
    return observed
  }
}

/** Sliding windows over the replayed decisions. */
class RateHistory {
  readonly #times = new Map<string, number[]>()

  /** Earlier calls in the window; this one is added when it counts. */
  count(key: string, at: Date, windowSeconds: number, counts: boolean): number {
    const now = at.getTime()
    const times = (this.#times.get(key) ?? []).filter((time) => time > now - windowSeconds * 1000)
    const used = times.length
    if (counts) times.push(now)
    this.#times.set(key, times)
    return used
  }
}

function zero(): Record<Decision, number> {
  return Object.fromEntries(DECISIONS.map((decision) => [decision, 0])) as Record<Decision, number>
}
