import * as fc from '#core/testing/property'
import { describe, expect, test } from 'vitest'
import { compilePolicies } from './compile.ts'
import { rankOf } from './decision.rules.ts'
import { evaluate, needs } from './evaluate.ts'
import type { Facts } from './facts.ts'
import type { Observation } from './observe.ts'
import type { PolicyRow } from './rows.ts'
import { sampleFacts, sampleGrade, samplePolicy } from './test-facts.ts'

const types = fc.constantFrom('deploy', 'fix', 'security', 'Deploy ', '__proto__', 'constructor')
const agents = fc.constantFrom('a1', 'a2', 'toString')
const paths = fc.constantFrom('prod/x', 'a/.env', 'secrets/k', '..', '', 'C:\\x\\.env', '~/.ssh/id_rsa')
const actions = fc.constantFrom('warn', 'require_approval', 'block')
const some = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 1, maxLength: 3 })
const flag = { ungrantable: fc.boolean() }

const ruled: fc.Arbitrary<[string, object]> = fc.oneof(
  fc.tuple(fc.constant('risk_threshold'), fc.record({ threshold: fc.nat(100), action: actions, ...flag })),
  fc.tuple(
    fc.constantFrom('require_approval', 'block_action_type', 'warn_action_type'),
    fc.record({ action_types: some(types), ...flag }),
  ),
  fc.tuple(
    fc.constant('protected_path'),
    fc.record({ paths: some(fc.constantFrom('.env', 'secrets/', '*')), action: actions }),
  ),
  fc.tuple(fc.constant('agent_allowlist'), fc.record({ allowed_action_types: some(types), action: actions })),
  fc.tuple(fc.constant('rate_limit'), fc.record({ max_actions: fc.integer({ min: 1, max: 5 }), action: actions })),
  fc.tuple(
    fc.constant('condition'),
    fc.record({ when: fc.constantFrom('risk > 50', 'tool.input.x == 1', 'action_type == "deploy"'), action: actions }),
  ),
  fc.tuple(fc.constant('require_evidence'), fc.record({ enforcement: actions })),
  fc.tuple(fc.constant('semantic'), fc.record({ instruction: fc.constant('be kind'), action: actions })),
  fc.tuple(fc.constant('non_fabrication'), fc.constant({})),
  fc.tuple(fc.constantFrom('nonsense', 'risk_threshold'), fc.constant({ threshold: 'high' })),
)

const grants: fc.Arbitrary<[string, object]> = fc.tuple(
  fc.constant('allow_grant'),
  fc.record({ action_type: types, max_risk: fc.nat(100), expires_at: fc.constant('2026-12-01T00:00:00Z') }),
)

const rowOf = (of: fc.Arbitrary<[string, object]>): fc.Arbitrary<Omit<PolicyRow, 'id' | 'name'>> =>
  fc
    .tuple(of, fc.option(fc.array(agents, { maxLength: 2 })), fc.constantFrom('enforce', 'enforce', 'shadow'))
    .map(([[type, rules], agent_ids, mode]) => ({ ...samplePolicy(type, rules), agent_ids, mode: mode as 'enforce' }))

const named = (rows: readonly Omit<PolicyRow, 'id' | 'name'>[]): PolicyRow[] =>
  rows.map((row, position) => ({ ...row, id: `p${position}`, name: `p${position}` }))

const policies = fc.array(rowOf(fc.oneof({ weight: 5, arbitrary: ruled }, { weight: 1, arbitrary: grants })), {
  maxLength: 12,
})

const facts: fc.Arbitrary<Facts> = fc
  .record({
    actionType: types,
    declaredActionType: types,
    agentId: fc.option(agents),
    keyId: fc.option(fc.constant('key_1')),
    risk: fc.oneof(fc.nat(100), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -5)),
    intentSource: fc.constantFrom('evidence', 'declared'),
    target: fc.option(paths),
    writePaths: fc.array(paths, { maxLength: 3 }),
    evidence: fc.option(fc.constant(sampleGrade({ danger: 'high', flags: ['destructive'] }))),
    request: fc.record(
      { content: fc.string(), source_of_truth: fc.jsonValue(), intel: fc.jsonValue(), tool: fc.jsonValue() },
      { requiredKeys: [] },
    ),
  })
  .map((given) => sampleFacts(given as Partial<Facts>))

const answers = fc.dictionary(
  fc.constantFrom('p0', 'p1', 'p2', 'p3', 'p4'),
  fc.oneof(
    fc.record({ kind: fc.constant('rate' as const), used: fc.nat(6) }),
    fc.record({ kind: fc.constant('semantic' as const), violates: fc.boolean(), reason: fc.string() }),
    fc.constant({ kind: 'failed' as const, why: 'down' }),
  ),
)
const seen = (given: Record<string, Observation>): Map<string, Observation> => new Map(Object.entries(given))
const runs = { numRuns: 1_500 }

describe('whatever the policies and facts', () => {
  test('the order of policies never shows', () => {
    fc.assert(
      fc.property(policies, facts, answers, (rows, given, observed) => {
        const rowsNamed = named(rows)
        const forward = evaluate(compilePolicies(rowsNamed), given, seen(observed))
        const backward = evaluate(compilePolicies(rowsNamed.toReversed()), given, seen(observed))
        expect(backward).toEqual(forward)
      }),
      runs,
    )
  })

  test('one more policy that is no grant never lowers the decision', () => {
    fc.assert(
      fc.property(policies, rowOf(ruled), facts, answers, (rows, extra, given, observed) => {
        const before = evaluate(compilePolicies(named(rows)), given, seen(observed))
        const after = evaluate(compilePolicies(named([...rows, extra])), given, seen(observed))
        expect(rankOf(after.decision)).toBeGreaterThanOrEqual(rankOf(before.decision))
      }),
      runs,
    )
  })

  test('the same facts give the same verdict, and nothing is changed by judging', () => {
    fc.assert(
      fc.property(policies, facts, answers, (rows, given, observed) => {
        const compiled = compilePolicies(named(rows))
        const text = JSON.stringify(given)
        const first = evaluate(compiled, given, seen(observed))
        expect(needs(compiled, given)).toEqual(needs(compiled, given))
        expect(evaluate(compiled, { ...given }, seen(observed))).toEqual(first)
        expect(JSON.stringify(given)).toBe(text)
      }),
      runs,
    )
  })

  test('a grant never lowers a block, an ungrantable rule or a rule that failed closed', () => {
    fc.assert(
      fc.property(policies, facts, answers, (rows, given, observed) => {
        const verdict = evaluate(compilePolicies(named(rows)), given, seen(observed))
        const clearable = !verdict.ungrantable && verdict.clauses.every((clause) => clause.failed !== true)
        const lowered = verdict.lowered_by !== undefined
        expect(lowered && (verdict.base_decision === 'block' || !clearable)).toBe(false)
        expect(verdict.decision).toBe(lowered ? 'allow' : verdict.base_decision)
      }),
      runs,
    )
  })

  test('an index and a walk over single policies agree', () => {
    fc.assert(
      fc.property(policies, facts, answers, (rows, given, observed) => {
        const all = evaluate(compilePolicies(named(rows)), given, seen(observed))
        const alone = named(rows).flatMap((row) => evaluate(compilePolicies([row]), given, seen(observed)).clauses)
        expect(new Set(all.clauses.map((clause) => clause.policy_id))).toEqual(
          new Set(alone.map((clause) => clause.policy_id)),
        )
      }),
      runs,
    )
  })
})
