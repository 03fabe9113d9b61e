import { caseFacts } from './case-facts.ts'
import { compilePolicies } from './compile.ts'
import { evaluate, needs, type Verdict } from './evaluate.ts'
import type { Observation } from './observe.ts'
import type { PolicyRow } from './rows.ts'

export interface Judged {
  readonly verdict: Verdict
  /** 0..100. */
  readonly risk: number
  /** True: neither time nor session was looked at, so that the same request is judged the same in any other. */
  readonly isTimeless: boolean
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
    let isTimeless = true
    const looked = (): void => void (isTimeless = false)
    const input = { ...request }
    if ('harness_session_id' in input) watch(input, 'harness_session_id', looked)
    const facts = caseFacts(at)(input, { permissionLevel: null, session: null, injection: null })
    watch(facts, 'at', looked)
    const observed = new Map(needs(compiled, facts).map(({ policyId }) => [policyId, skipped]))
    return { verdict: evaluate(compiled, facts, observed), risk: facts.risk, isTimeless }
  }
}

/** Tells when a field is read. */
function watch<T extends object>(object: T, field: keyof T, looked: () => void): void {
  const value = object[field]
  const get = (): typeof value => {
    looked()
    return value
  }
  Object.defineProperty(object, field, { get, enumerable: true, configurable: true })
}
