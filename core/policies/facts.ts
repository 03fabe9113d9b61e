import type { Grade } from '#core/evidence/index'

/** The guard request as parsed, in its wire names. Only what a policy may read is listed. */
export interface RequestFacts {
  readonly action_type?: string | undefined
  readonly declared_goal?: string | undefined
  readonly agent_name?: string | undefined
  readonly risk_score?: number | undefined
  readonly systems_touched?: readonly string[] | undefined
  readonly reversible?: boolean | undefined
  readonly target?: string | undefined
  readonly content?: string | undefined
  readonly source_of_truth?: unknown
  readonly intel?: unknown
  readonly tool?: unknown
  readonly write_paths?: readonly string[] | undefined
  readonly trigger?: string | undefined
  readonly swarm_id?: string | undefined
  readonly act?: unknown
  readonly approval_wait_seconds?: number | undefined
  readonly harness_session_id?: string | undefined
  readonly subagent_uuid?: string | undefined
  readonly enforcement_mode?: string | undefined
  readonly session_id?: string | undefined
  readonly task_id?: string | undefined
  readonly agent_version?: string | undefined
  readonly estimated_cost_usd?: number | undefined
  readonly estimated_tokens?: number | undefined
}

/** What the injection scan found; score 0 to 100. `combined` = independent signs that confirm one another. */
export interface InjectionFacts {
  readonly score: number
  readonly risk_level: string
  readonly categories: readonly string[]
  readonly combined: boolean
}

/** What went before in the same session, this request not counted. */
export interface SessionFacts {
  readonly id: string
  readonly decisions: number
  readonly warns: number
  readonly approvals: number
  readonly blocks: number
  readonly minutes: number
  readonly cost_usd: number
  readonly tokens: number
  /** Evidence flags and action types seen so far. */
  readonly flags: readonly string[]
  readonly action_types: readonly string[]
}

/** Everything one evaluation may look at. The same facts and policies always give the same verdict. */
export interface Facts {
  readonly orgId: string
  /** The type policies match on: the evidence's when it is the graver one. */
  readonly actionType: string
  /** What the caller called it; restrictive rules match on either. */
  readonly declaredActionType: string
  readonly agentId: string | null
  readonly keyId: string | null
  /** Final risk, 0 to 100. */
  readonly risk: number
  readonly evidence: Grade | null
  readonly intentSource: 'evidence' | 'declared'
  readonly target: string | null
  /** Declared paths and those that the evidence found. */
  readonly writePaths: readonly string[]
  readonly request: RequestFacts
  readonly injection: InjectionFacts | null
  readonly session: SessionFacts | null
  /** Permission level of the agent's pairing; null when there is none. */
  readonly permissionLevel: string | null
  readonly at: Date
}

/** An own property as an object, else null: request JSON is hostile, its prototype is never read. */
export function objectAt(value: unknown, key: string): Readonly<Record<string, unknown>> | null {
  const found = ownValue(value, key)
  return typeof found === 'object' && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : null
}

export function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string, unknown>)[key]
}

/** Reads `a.b.c` through own properties only. */
export function valueAtPath(root: unknown, path: string): unknown {
  let here = root
  for (const key of path.split('.')) here = ownValue(here, key)
  return here
}

/** A risk that is no number counts as the highest: an unreadable figure must not pass a threshold. */
export function riskOf(facts: Facts): number {
  return Number.isFinite(facts.risk) ? Math.min(100, Math.max(0, facts.risk)) : 100
}

const PLAIN = /^[a-z0-9_.-]*$/

/** Action types compare without regard to case, width or outer space, so that `Deploy ` is no way around `deploy`. */
export function foldType(actionType: string): string {
  return PLAIN.test(actionType) ? actionType : actionType.normalize('NFKC').trim().toLowerCase()
}

/** The evaluated and the declared type, folded, without repetition. */
export function typesOf(facts: Facts): readonly string[] {
  const evaluated = foldType(facts.actionType)
  const declared = foldType(facts.declaredActionType)
  return evaluated === declared ? [evaluated] : [evaluated, declared]
}
