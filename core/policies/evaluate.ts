import type { CompiledPolicies, CompiledPolicy } from './compile.ts'
import { rankOf, stricter, type Decision } from './decision.rules.ts'
import type { Facts } from './facts.ts'
import { matchingGrants } from './grants.rules.ts'
import { visitCandidates } from './index.rules.ts'
import type { Fabrication, Firing, Json } from './kind.ts'
import type { Need, Observation, PolicyNeed } from './observe.ts'

/** One clause that held: which policy, where in it, what it wanted and what it saw. */
export interface Clause {
  readonly policy_id: string
  readonly policy_name: string
  readonly policy_type: string
  readonly clause: string
  readonly expected: Json
  readonly seen: Json
  readonly effect: Decision
  readonly message: string
  /** True = the rule could not be judged and failed closed. */
  readonly failed?: true
}

export interface ShadowVerdict {
  readonly policy_id: string
  readonly decision: Decision
  readonly clauses: readonly Clause[]
}

export interface FabricationFinding extends Fabrication {
  readonly policy_id: string
  readonly verdict: 'block'
}

export interface Verdict {
  readonly decision: Decision
  /** Messages of what asks for approval or blocks, gravest first; empty once a grant lowered the verdict. */
  readonly reasons: readonly string[]
  readonly warnings: readonly string[]
  readonly matched_policies: readonly string[]
  readonly clauses: readonly Clause[]
  readonly shadow: readonly ShadowVerdict[]
  /** Before any grant. */
  readonly base_decision: Decision
  readonly lowered_by?: { readonly policy_id: string; readonly kind: 'allow_grant' }
  /** True = no standing grant or pause may clear this verdict. A person's approval of this very act still may. */
  readonly ungrantable: boolean
  readonly non_fabrication: readonly FabricationFinding[]
}

interface Fired {
  readonly policy: CompiledPolicy
  readonly firing: Firing
}

export type Observed = ReadonlyMap<string, Observation>

/** A budget for some agents counts what those told, whatever its scope. */
function ofItsAgents(need: Need, agentIds: readonly string[] | null): Need {
  if (need.kind !== 'budget' || need.told === null || agentIds === null) return need
  return { ...need, told: { agents: agentIds, ...need.told } }
}

/** What matching policies want from outside, in order of policy id. */
export function needs(compiled: CompiledPolicies, facts: Facts): PolicyNeed[] {
  const wanted = new Map<string, PolicyNeed>()
  visitCandidates(compiled.index, facts, (policy) => {
    const need = policy.enforced.needs(policy.id, facts)
    if (need !== null) wanted.set(policy.id, { ...ofItsAgents(need, policy.agentIds), mode: policy.mode })
  })
  return [...wanted.values()].sort((a, b) => (a.policyId < b.policyId ? -1 : 1))
}

/** The one judge: live guard, simulation, shadow mode, replay and policy tests all call it. Pure; never throws. */
export function evaluate(compiled: CompiledPolicies, facts: Facts, observed: Observed): Verdict {
  const sorted = sortOut(fire(compiled, facts, observed), compiled.warnings)
  const { base, clauses, matched, shadow, findings: non_fabrication } = sorted
  const ungrantable = base === 'block' || sorted.ungrantable
  const verdict = { clauses, shadow, base_decision: base, ungrantable, non_fabrication }
  const grants = base === 'allow' || ungrantable || compiled.grants.size === 0 ? [] : matchingGrants(compiled, facts)
  for (const { id, mode } of grants)
    if (mode === 'shadow') shadow.push({ policy_id: id, decision: 'allow', clauses: [] })
  const grant = grants.find((each) => each.mode === 'enforce')
  if (grant === undefined) {
    const { reasons, warnings } = sorted
    return {
      ...verdict,
      decision: base,
      reasons: unique(reasons),
      warnings: unique(warnings),
      matched_policies: matched,
    }
  }
  const note = `Grant "${grant.name}" lowered ${base} to allow until ${grant.rules.expires_at}.`
  return {
    ...verdict,
    decision: 'allow',
    reasons: [],
    warnings: unique([...sorted.warnings, note]),
    matched_policies: [...matched, grant.id],
    lowered_by: { policy_id: grant.id, kind: 'allow_grant' },
  }
}

interface SortedOut {
  base: Decision
  ungrantable: boolean
  readonly reasons: string[]
  readonly warnings: string[]
  readonly matched: string[]
  readonly clauses: Clause[]
  readonly shadow: ShadowVerdict[]
  readonly findings: FabricationFinding[]
}

/** One pass over what fired, in the order in which it is told. */
function sortOut(fired: readonly Fired[], standing: readonly string[]): SortedOut {
  const out: SortedOut = {
    base: 'allow',
    ungrantable: false,
    reasons: [],
    warnings: [...standing],
    matched: [],
    clauses: [],
    shadow: [],
    findings: [],
  }
  for (const one of fired) {
    const { policy, firing } = one
    const clause = clauseOf(one)
    if (policy.mode === 'shadow') {
      out.shadow.push({ policy_id: policy.id, decision: firing.effect, clauses: [clause] })
      continue
    }
    out.clauses.push(clause)
    const grave = rankOf(firing.effect) >= rankOf('require_approval')
    ;(grave ? out.reasons : out.warnings).push(firing.message)
    const { fabrication } = firing
    if (fabrication !== undefined) out.findings.push({ policy_id: policy.id, verdict: 'block', ...fabrication })
    if (firing.effect === 'allow') continue
    out.base = stricter(out.base, firing.effect)
    out.ungrantable ||= policy.ungrantable || firing.failed === true
    out.matched.push(policy.id)
  }
  return out
}

/** Everything that fired, gravest first and then by policy id: the order of the rows never shows. */
function fire(compiled: CompiledPolicies, facts: Facts, observed: Observed): Fired[] {
  const fired: Fired[] = []
  let seen: Set<CompiledPolicy> | undefined
  visitCandidates(compiled.index, facts, (policy) => {
    if (seen?.has(policy)) return
    const firing = judge(policy, facts, observed.get(policy.id))
    if (firing === null) return
    fired.push({ policy, firing })
    seen = (seen ?? new Set()).add(policy)
  })
  if (fired.length < 2) return fired
  return fired.sort((a, b) => rankOf(b.firing.effect) - rankOf(a.firing.effect) || (a.policy.id < b.policy.id ? -1 : 1))
}

/** A rule that throws fails closed. */
function judge(policy: CompiledPolicy, facts: Facts, observed: Observation | undefined): Firing | null {
  try {
    return policy.enforced.fires(facts, observed)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error'
    const message = `Policy "${policy.name}" could not be judged: ${why}`
    return { path: 'rules', expected: null, seen: null, effect: 'require_approval', failed: true, message }
  }
}

function clauseOf({ policy, firing }: Fired): Clause {
  const clause = {
    policy_id: policy.id,
    policy_name: policy.name,
    policy_type: policy.type,
    clause: firing.path,
    expected: firing.expected,
    seen: firing.seen,
    effect: firing.effect,
    message: firing.message,
  }
  return firing.failed === true ? { ...clause, failed: true } : clause
}

function unique(texts: string[]): string[] {
  return texts.length < 2 ? texts : [...new Set(texts)]
}
