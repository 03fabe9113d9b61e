import type { Decision } from './decision.rules.ts'

export type BudgetScope = 'agent' | 'agent_version' | 'session' | 'task' | 'org'
export type BudgetWindow = 'hour' | 'day' | 'week' | 'month' | 'total'
export type Mode = 'enforce' | 'shadow'

/** Money in integer micro-dollars. */
export interface Spend {
  readonly usd_micros: number
  readonly tokens: number
  readonly calls: number
}

/** Events of these agents (all, when left away), of one version, task or session of theirs. */
export interface ToldBy {
  readonly agents?: readonly string[]
  readonly version?: string
  readonly task?: string
  readonly session?: string
}

/** What a matching policy wants to know from outside before it can be judged. */
export type Need =
  | {
      readonly kind: 'rate'
      readonly policyId: string
      readonly subject: string
      readonly window_seconds: number
      readonly max: number
    }
  | {
      readonly kind: 'budget'
      readonly policyId: string
      readonly scope: BudgetScope
      readonly subject: string
      readonly window: BudgetWindow
      readonly limits: Partial<Spend>
      readonly estimate: Spend
      /** Whose telemetry counts against the same limits; null: nobody's. */
      readonly told: ToldBy | null
    }
  | {
      readonly kind: 'webhook'
      readonly policyId: string
      readonly url: string
      readonly timeout_ms: number
      readonly on_timeout: Decision
    }
  | { readonly kind: 'semantic'; readonly policyId: string; readonly instruction: string }

/** A need and whether its policy is enforced: a shadow policy counts and reserves for itself, but calls nobody. */
export type PolicyNeed = Need & { readonly mode: Mode }

export interface Overrun {
  readonly metric: 'usd' | 'tokens' | 'calls'
  readonly limit: number
  readonly used: number
  readonly requested: number
}

/** The answer to a need. `failed` and a missing answer are the same: the policy fails closed. */
export type Observation =
  /** Evaluations already counted in the window, this one not included. */
  | { readonly kind: 'rate'; readonly used: number }
  /** Empty = the reservation was made. */
  | { readonly kind: 'budget'; readonly exceeded: readonly Overrun[] }
  | {
      readonly kind: 'webhook'
      readonly decision: Decision | null
      readonly reasons: readonly string[]
      readonly warnings: readonly string[]
    }
  | { readonly kind: 'semantic'; readonly violates: boolean; readonly reason: string }
  /** Asked and not answered; `fallback` is the org's, never weaker than require_approval in effect. */
  | { readonly kind: 'failed'; readonly why: string; readonly fallback?: Decision }
  /** Not asked on purpose, as in a simulation. Never for a live decision. */
  | { readonly kind: 'skipped'; readonly why: string }
