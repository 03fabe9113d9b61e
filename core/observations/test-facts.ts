import type { Facts, RequestFacts } from '#core/policies/index'

/** An ordinary request of agent a1, for tests. */
export function sampleTestFacts(orgId = 'org_a', request: RequestFacts = {}): Facts {
  return {
    orgId,
    actionType: 'deploy',
    declaredActionType: 'deploy',
    agentId: 'a1',
    keyId: 'key_1',
    risk: 42,
    evidence: null,
    intentSource: 'declared',
    target: 'web-1',
    writePaths: [],
    request: { systems_touched: ['web'], reversible: true, declared_goal: 'ship it', ...request },
    injection: null,
    session: null,
    permissionLevel: null,
    at: new Date('2026-03-04T05:06:07Z'),
  }
}
