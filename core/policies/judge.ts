import { caseFacts } from './case-facts.ts'
import { compilePolicies } from './compile.ts'
import { defaultPack } from './default-pack.ts'
import { evaluate, needs, type Verdict } from './evaluate.ts'
import type { Observation } from './observe.ts'
import type { PolicyRow } from './rows.ts'

/** The policies that a new org starts with, as rows. */
export function defaultRows(): PolicyRow[] {
  return defaultPack.map((policy) => ({ ...policy, id: policy.name, active: true, agent_ids: null }))
}

export interface Judged {
  readonly verdict: Verdict
  /** 0..100. */
  readonly risk: number
}

/**
 * Judges requests with no server: policies, the act and its risk, as the live guard would. What policies would ask the
 * outside (counts, budgets, webhooks) is not asked, so those say nothing here.
 */
export function judgeOffline(
  rows: readonly PolicyRow[],
): (request: Readonly<Record<string, unknown>>, at: Date) => Judged {
  const compiled = compilePolicies(rows.map((row) => ({ ...row, active: true, state: 'active', mode: 'enforce' })))
  const skipped: Observation = { kind: 'skipped', why: 'nothing is asked of the outside here' }
  return (request, at) => {
    const facts = caseFacts(at)(request, { permissionLevel: null, session: null, injection: null })
    const observed = new Map(needs(compiled, facts).map(({ policyId }) => [policyId, skipped]))
    return { verdict: evaluate(compiled, facts, observed), risk: facts.risk }
  }
}
