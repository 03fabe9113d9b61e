import { ActInput, gradeAct, type Grade } from '#core/evidence/index'
import type { CaseFacts, FactsOfCase } from './cases.ts'
import { ownValue, type Facts } from './facts.ts'

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** Risk of a request, and what its declared type alone would weigh. */
export interface Scored {
  readonly risk: number
  readonly declaredBase: number
}

export type ScoreCase = (input: Readonly<Record<string, unknown>>, evidence: Grade | null) => Scored

/** Without the live guard's tables: the higher of the evidence's and the caller's figure. */
const plainScore: ScoreCase = (input, evidence) => {
  const claimed = Number(ownValue(input, 'risk_score') ?? 0)
  return { risk: Math.max(evidence?.total ?? 0, Number.isFinite(claimed) ? claimed : 100), declaredBase: 20 }
}

/** Facts from the request of a policy test; a stated risk stands over the scored one. `at` is the clock of the tests. */
export function caseFacts(at: Date, score: ScoreCase = plainScore): FactsOfCase {
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
  const declared = text(input['action_type']) ?? text(input['action']) ?? 'other'
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
