import type { CompiledPolicies, CompiledPolicy } from './compile.ts'
import { rankOf, stricter, type Decision } from './decision.rules.ts'
import type { Facts } from './facts.ts'
import { matchingGrants } from './grants.rules.ts'
import { visitCandidates } from './index.rules.ts'
import type { Firing, Json, Violation } from './kind.ts'
import type { Observation, PolicyNeed } from './observe.ts'

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

export interface FabricationFinding {
  readonly policy_id: string
  readonly verdict: 'block'
  readonly violations: readonly Violation[]
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
  /** True = no grant, pause or earlier approval may clear this verdict. */
  readonly ungrantable: boolean
  readonly non_fabrication: readonly FabricationFinding[]
}

interface Fired {
  readonly policy: CompiledPolicy
  readonly firing: Firing
}

export type Observed = ReadonlyMap<string, Observation>

/** What matching policies want from outside, in order of policy id. */
export function needs(compiled: CompiledPolicies, facts: Facts): PolicyNeed[] {
  const wanted = new Map<string, PolicyNeed>()
  visitCandidates(compiled.index, facts, (policy) => {
    const need = policy.enforced.needs(policy.id, facts)
    if (need !== null) wanted.set(policy.id, { ...need, mode: policy.mode })
  })
  return [...wanted.values()].sort((a, b) => (a.policyId < b.policyId ? -1 : 1))
}

/** The one judge: live guard, simulation, shadow mode, replay and policy tests all call it. Pure; never throws. */
export function evaluate(compiled: CompiledPolicies, facts: Facts, observed: Observed): Verdict {
  const fired = fire(compiled, facts, observed)
  const enforced = fired.filter(({ policy }) => policy.mode === 'enforce')
  const base = enforced.reduce<Decision>((worst, { firing }) => stricter(worst, firing.effect), 'allow')
  const effective = enforced.filter(({ firing }) => firing.effect !== 'allow')
  const ungrantable =
    base === 'block' || effective.some(({ policy, firing }) => policy.ungrantable || firing.failed === true)
  const grants = matchingGrants(compiled, facts)
  const grant = base === 'allow' || ungrantable ? undefined : grants.find((each) => each.mode === 'enforce')
  const reasons = effective.filter(({ firing }) => rankOf(firing.effect) >= rankOf('require_approval'))
  return {
    decision: grant === undefined ? base : 'allow',
    reasons: grant === undefined ? unique(reasons.map(({ firing }) => firing.message)) : [],
    warnings: unique([
      ...compiled.warnings,
      ...enforced.filter(({ firing }) => rankOf(firing.effect) <= rankOf('warn')).map(({ firing }) => firing.message),
      ...(grant === undefined ? [] : [`Grant "${grant.name}" lowered ${base} to allow until ${grant.rules.expires_at}.`]),
    ]),
    matched_policies: unique([...effective.map(({ policy }) => policy.id), ...(grant === undefined ? [] : [grant.id])]),
    clauses: enforced.map(clauseOf),
    shadow: [
      ...fired.filter(({ policy }) => policy.mode === 'shadow').map(shadowOf),
      ...(base === 'allow' || ungrantable ? [] : grants.filter((each) => each.mode === 'shadow')).map(({ id }) => ({
        policy_id: id,
        decision: 'allow' as const,
        clauses: [],
      })),
    ],
    base_decision: base,
    ...(grant === undefined ? {} : { lowered_by: { policy_id: grant.id, kind: 'allow_grant' as const } }),
    ungrantable,
    non_fabrication: enforced.flatMap(({ policy, firing }) =>
      firing.violations === undefined
        ? []
        : [{ policy_id: policy.id, verdict: 'block' as const, violations: firing.violations }],
    ),
  }
}

/** Everything that fired, gravest first and then by policy id: the order of the rows never shows. */
function fire(compiled: CompiledPolicies, facts: Facts, observed: Observed): Fired[] {
  const fired: Fired[] = []
  const seen = new Set<string>()
  visitCandidates(compiled.index, facts, (policy) => {
    if (seen.has(policy.id)) return
    const firing = judge(policy, facts, observed.get(policy.id))
    if (firing === null) return
    seen.add(policy.id)
    fired.push({ policy, firing })
  })
  if (fired.length < 2) return fired
  return fired.sort(
    (a, b) => rankOf(b.firing.effect) - rankOf(a.firing.effect) || (a.policy.id < b.policy.id ? -1 : 1),
  )
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
  return {
    policy_id: policy.id,
    policy_name: policy.name,
    policy_type: policy.type,
    clause: firing.path,
    expected: firing.expected,
    seen: firing.seen,
    effect: firing.effect,
    message: firing.message,
    ...(firing.failed === true ? { failed: true as const } : {}),
  }
}

function shadowOf(fired: Fired): ShadowVerdict {
  return { policy_id: fired.policy.id, decision: fired.firing.effect, clauses: [clauseOf(fired)] }
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
