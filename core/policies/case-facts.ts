import { ActInput, gradeAct, type Grade } from '#core/evidence/index'
import type { CaseFacts } from './cases.ts'
import { ownValue, type Facts, type RequestFacts } from './facts.ts'

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** What is known once the act is graded. */
export interface Graded {
  readonly evidence: Grade | null
  readonly risk: number
}

/**
 * Facts from a request, for tests of policies. The live guard adds an org's templates and history to the risk;
 * here it is the stated one, else the higher of the evidence's and the caller's.
 */
export function caseFacts(at: Date): (input: Readonly<Record<string, unknown>>, given: CaseFacts) => Facts {
  return (input, given) => {
    const act = ActInput.safeParse(input['act'])
    const evidence = act.success ? gradeAct(act.data) : null
    const claimed = Number(ownValue(input, 'risk_score') ?? 0)
    const risk = given.risk ?? Math.max(evidence?.total ?? 0, Number.isFinite(claimed) ? claimed : 100)
    return requestFacts(input, given, { evidence, risk }, given.at ?? at)
  }
}

function requestFacts(
  input: Readonly<Record<string, unknown>>,
  given: CaseFacts,
  { evidence, risk }: Graded,
  at: Date,
): Facts {
  const declared = text(input['action_type']) ?? text(input['action']) ?? 'other'
  const paths: unknown = input['write_paths']
  const written = Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : []
  const type = evidence !== null && evidence.baseRisk > 20 ? evidence.actionType : declared
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
    request: input as RequestFacts,
    injection: given.injection,
    session: given.session,
    permissionLevel: given.permissionLevel,
    at,
  }
}
