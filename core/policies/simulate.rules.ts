import { compilePolicies, type CompiledPolicies } from './compile.ts'
import { DECISIONS, type Decision } from './decision.rules.ts'
import { evaluate, needs } from './evaluate.ts'
import type { Facts } from './facts.ts'
import { matchingGrants } from './grants.rules.ts'
import { factsOfDecision, type RecordedDecision } from './recorded.rules.ts'
import type { PolicyRow } from './rows.ts'

/** A past action and the decision it was made under. */
export interface PastAction extends RecordedDecision {
  readonly action_id: string
  readonly goal: string
  readonly agent_name: string | null
  readonly timestamp: Date
  readonly original_status: string
}

export interface Match {
  readonly action_id: string
  readonly goal: string
  readonly agent_name: string | null
  readonly timestamp: string
  readonly original_status: string
  readonly simulated_action: Decision
  readonly simulated_reason: string
}

export interface Simulation {
  readonly summary: Readonly<Record<Decision | 'total' | 'matches', number>>
  readonly matches: readonly Match[]
}

/** What these policies alone would have said to past actions. Nothing outside is asked. */
export function simulatePolicies(
  rows: readonly PolicyRow[],
  actions: readonly PastAction[],
  orgId: string,
): Simulation {
  const compiled = compilePolicies(rows.map((row) => ({ ...row, active: true, state: 'active', mode: 'enforce' })))
  const counts = Object.fromEntries(DECISIONS.map((decision) => [decision, 0])) as Record<Decision, number>
  const matches: Match[] = []
  for (const action of actions) {
    const said = say(compiled, factsOfDecision(action, orgId), action.decision)
    counts[said?.decision ?? 'allow'] += 1
    if (said === null) continue
    const { action_id, goal, agent_name, original_status } = action
    matches.push({
      action_id,
      goal,
      agent_name,
      timestamp: action.timestamp.toISOString(),
      original_status,
      simulated_action: said.decision,
      simulated_reason: said.reason,
    })
  }
  return { summary: { total: actions.length, matches: matches.length, ...counts }, matches }
}

/** Null = none of the policies has anything to say. */
function say(compiled: CompiledPolicies, facts: Facts, then: Decision): { decision: Decision; reason: string } | null {
  const skipped = new Map(
    needs(compiled, facts).map(({ policyId }) => [policyId, { kind: 'skipped' as const, why: 'this is a simulation' }]),
  )
  const verdict = evaluate(compiled, facts, skipped)
  if (verdict.matched_policies.length > 0) {
    return { decision: verdict.decision, reason: [...verdict.reasons, ...verdict.warnings].join('; ') }
  }
  const grant = then === 'warn' || then === 'require_approval' ? matchingGrants(compiled, facts)[0] : undefined
  return grant === undefined ? null : { decision: 'allow', reason: `The grant would lower ${then} to allow.` }
}
