import { ActInput, gradeAct, type Grade } from '#core/evidence/index'
import { baseRiskOf, scoreRisk } from '#core/risk/index'
import type { CaseFacts, FactsOfCase } from './cases.ts'
import { ownValue, type Facts } from './facts.ts'

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

interface Scored {
  readonly risk: number
  /** What the declared type alone would weigh. */
  readonly declaredBase: number
}

/** As the live guard scores it; a figure that is no number counts as the highest. */
function score(input: Readonly<Record<string, unknown>>, evidence: Grade | null): Scored {
  const claimed = Number(ownValue(input, 'risk_score') ?? 0)
  const declared = declaredType(input)
  const systems: unknown = input['systems_touched']
  const scored = scoreRisk({
    actionType: declared,
    reversible: typeof input['reversible'] === 'boolean' ? input['reversible'] : null,
    systemsTouched: Array.isArray(systems) ? systems.filter((system) => typeof system === 'string') : [],
    goal: text(input['declared_goal']) ?? '',
    clientReported: Number.isFinite(claimed) ? claimed : 100,
    evidence,
  })
  return { risk: scored.final, declaredBase: baseRiskOf(declared) }
}

function declaredType(input: Readonly<Record<string, unknown>>): string {
  return text(input['action_type']) ?? text(input['action']) ?? 'other'
}

/** Facts from the request of a policy test; a stated risk stands over the scored one. `at` is the clock of the tests. */
export function caseFacts(at: Date): FactsOfCase {
  return (input, given) => {
    const act = ActInput.safeParse(input['act'])
    const evidence = act.success ? gradeAct(act.data) : null
    const scored = score(input, evidence)
    return requestFacts(input, given, { evidence, ...scored, risk: given.risk ?? scored.risk }, given.at ?? at)
  }
}

interface Graded extends Scored {
  readonly evidence: Grade | null
}

function requestFacts(
  input: Readonly<Record<string, unknown>>,
  given: CaseFacts,
  { evidence, risk, declaredBase }: Graded,
  at: Date,
): Facts {
  const declared = declaredType(input)
  const paths: unknown = input['write_paths']
  const written = Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : []
  const type = evidence !== null && evidence.baseRisk > declaredBase ? evidence.actionType : declared
  return {
    orgId: 'org_case',
    actionType: type,
    declaredActionType: declared,
    agentId: text(input['agent_id']),
    keyId: null,
    risk,
    evidence,
    intentSource: evidence?.actionType === type ? 'evidence' : 'declared',
    target: text(input['target']) ?? evidence?.target ?? null,
    writePaths: [...new Set([...written, ...(evidence?.writePaths ?? [])])],
    request: input,
    injection: given.injection,
    session: given.session,
    permissionLevel: given.permissionLevel,
    at,
  }
}
