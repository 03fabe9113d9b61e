import type { Grade } from '#core/evidence/index'
import type { Facts } from './facts.ts'
import type { PolicyRow } from './rows.ts'

/** A grade for tests: harmless unless told otherwise. */
export function sampleGrade(given: Partial<Grade> = {}): Grade {
  return {
    danger: 'none',
    actionType: 'apply',
    baseRisk: 35,
    modifiers: [],
    total: 35,
    flags: [],
    reasons: [],
    writePaths: [],
    hosts: [],
    target: null,
    ...given,
  }
}

/** Facts for tests: an ordinary request of agent "a1", unless told otherwise. */
export function sampleFacts(given: Partial<Facts> = {}): Facts {
  const actionType = given.actionType ?? 'apply'
  return {
    orgId: 'org_1',
    actionType,
    declaredActionType: actionType,
    agentId: 'a1',
    keyId: 'key_1',
    risk: 30,
    evidence: null,
    intentSource: 'declared',
    target: null,
    writePaths: [],
    request: {},
    injection: null,
    session: null,
    permissionLevel: null,
    at: new Date('2026-11-21T12:00:00Z'),
    ...given,
  }
}

/** A stored policy for tests, active and for every agent unless told otherwise. */
export function samplePolicy(policyType: string, rules: unknown, given: Partial<PolicyRow> = {}): PolicyRow {
  const name = given.name ?? given.id ?? policyType
  return { id: name, name, policy_type: policyType, rules, active: true, agent_ids: null, ...given }
}
