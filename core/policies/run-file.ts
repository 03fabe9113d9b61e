import type { PolicyCase } from './case-schema.ts'
import { runCases, type FactsOfCase } from './cases.ts'
import { compilePolicies } from './compile.ts'
import type { Decision } from './decision.rules.ts'
import type { Clause } from './evaluate.ts'
import type { PolicyFile } from './file.rules.ts'
import type { PolicyRow } from './rows.ts'

export interface TestResult {
  /** The policy whose own test it is; null = a test of all policies together. */
  readonly policy: string | null
  readonly name: string
  readonly passed: boolean
  readonly expected: Decision
  readonly decision: Decision
  readonly problem: string | null
  readonly explain: readonly Clause[]
}

export interface TestReport {
  readonly passed: number
  readonly failed: number
  readonly results: readonly TestResult[]
}

/** Runs each policy's own tests against it alone, then the tests of the file against all of its policies. */
export function runPolicyFile(file: PolicyFile, factsOf: FactsOfCase): TestReport {
  const results = [
    ...file.policies.flatMap((policy) => run([policy], file.ownTests.get(policy.name) ?? [], policy.name, factsOf)),
    ...run(file.policies, file.tests, null, factsOf),
  ]
  const passed = results.filter((result) => result.passed).length
  return { passed, failed: results.length - passed, results }
}

function run(
  policies: readonly PolicyRow[],
  cases: readonly PolicyCase[],
  policy: string | null,
  factsOf: FactsOfCase,
): TestResult[] {
  if (cases.length === 0) return []
  const names = new Map(policies.map(({ id, name }) => [id, name]))
  // A test judges what the policy would do, switched on and enforced, whatever state it is in.
  const compiled = compilePolicies(policies.map((row) => ({ ...row, active: true, state: 'active', mode: 'enforce' })))
  return runCases(compiled, cases, factsOf, names).map(({ verdict, ...result }) => ({
    policy,
    ...result,
    explain: verdict.clauses,
  }))
}
