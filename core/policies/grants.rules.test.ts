import { describe, expect, test } from 'vitest'
import { compilePolicies } from './compile.ts'
import { evaluate } from './evaluate.ts'
import type { Facts } from './facts.ts'
import type { PolicyRow } from './rows.ts'
import { sampleFacts, sampleGrade, samplePolicy } from './test-facts.ts'

const grant = (rules: object = {}, given: Partial<PolicyRow> = {}): PolicyRow =>
  samplePolicy(
    'allow_grant',
    { action_type: 'deploy', expires_at: '2026-12-01T00:00:00Z', reason: 'release day', ...rules },
    { id: 'g', ...given },
  )
const held = samplePolicy('require_approval', { action_types: ['deploy'] }, { id: 'r' })
const facts = (given: Partial<Facts> = {}): Facts =>
  sampleFacts({ actionType: 'deploy', target: 'staging/api', ...given })
const decide = (rows: PolicyRow[], given: Partial<Facts> = {}) =>
  evaluate(compilePolicies(rows), facts(given), new Map())

test('lowers require_approval to allow and says so', () => {
  const verdict = decide([held, grant()])
  expect(verdict).toMatchObject({ decision: 'allow', base_decision: 'require_approval', reasons: [] })
  expect(verdict.lowered_by).toEqual({ policy_id: 'g', kind: 'allow_grant' })
  expect(verdict.matched_policies).toEqual(['r', 'g'])
  expect(verdict.warnings.join()).toContain('Grant "g" lowered require_approval to allow')
})

test('lowers warn to allow', () => {
  const warned = samplePolicy('warn_action_type', { action_types: ['deploy'] })
  expect(decide([warned, grant()])).toMatchObject({ decision: 'allow', base_decision: 'warn' })
})

describe('does not lower', () => {
  const cases: [string, PolicyRow[], Partial<Facts>][] = [
    ['a block', [samplePolicy('block_action_type', { action_types: ['deploy'] }), grant()], {}],
    ['an ungrantable rule', [{ ...held, rules: { action_types: ['deploy'], ungrantable: true } }, grant()], {}],
    ['after it expired', [held, grant({ expires_at: '2026-11-21T11:59:59Z' })], {}],
    ['at the moment it expires', [held, grant({ expires_at: '2026-11-21T12:00:00Z' })], {}],
    ['above its risk ceiling', [held, grant({ max_risk: 50 })], { risk: 51 }],
    ['above the default ceiling', [held, grant()], { risk: 70 }],
    ['an unreadable risk', [held, grant({ max_risk: 99 })], { risk: Number.NaN }],
    ['another evaluated type', [held, grant()], { actionType: 'security', declaredActionType: 'deploy' }],
    ['another declared type', [held, grant()], { actionType: 'deploy', declaredActionType: 'fix' }],
    ['beside its prefix', [held, grant({ target_prefix: 'staging' })], { target: 'staging-old/api' }],
    ['out of its prefix by dots', [held, grant({ target_prefix: 'staging' })], { target: 'staging/../prod' }],
    ['a path that only looks below it', [held, grant({ target_prefix: '/srv/app' })], { target: '/srv/application' }],
    ['without a target', [held, grant({ target_prefix: 'staging' })], { target: null }],
    ['a write elsewhere', [held, grant({ target_prefix: 'staging' })], { writePaths: ['prod/x'] }],
    [
      'an act that reaches elsewhere than it says',
      [held, grant({ target_prefix: 'https://staging.example.com/' })],
      { target: 'https://staging.example.com/a', evidence: sampleGrade({ target: 'https://prod.example.com/a' }) },
    ],
    [
      'an act that reaches another host as well',
      [held, grant({ target_prefix: 'https://staging.example.com/' })],
      {
        target: 'https://staging.example.com/a',
        evidence: sampleGrade({ target: null, hosts: ['staging.example.com', 'prod.example.com'] }),
      },
    ],
    ['for another agent', [held, grant({}, { agent_ids: ['a2'] })], {}],
    ['for a caller without a name', [held, grant({}, { agent_ids: ['a1'] })], { agentId: null }],
    ['for nobody', [held, grant({}, { agent_ids: [] })], {}],
    ['in shadow mode', [held, grant({}, { mode: 'shadow' })], {}],
    ['as a draft', [held, grant({}, { state: 'draft' })], {}],
    ['a rule that failed closed', [samplePolicy('condition', { when: 'intel.x == 1', action: 'warn' }), grant()], {}],
  ]
  test.each(cases)('%s', (_shows, rows, given) => {
    const verdict = decide(rows, given)
    expect(verdict.decision).toBe(verdict.base_decision)
    expect(verdict.decision).not.toBe('allow')
    expect(verdict.lowered_by).toBeUndefined()
  })
})

test('covers the prefix itself and what lies below it', () => {
  const scoped = grant({ target_prefix: 'staging/' })
  for (const target of ['staging', 'staging/api', './staging/api', 'STAGING/x']) {
    expect(decide([held, scoped], { target }).decision).toBe('allow')
  }
})

test('covers an act that reaches what it says', () => {
  const evidence = sampleGrade({ target: 'https://staging.example.com/a', hosts: ['staging.example.com'] })
  for (const prefix of ['https://staging.example.com/', 'staging.example.com/'])
    expect(
      decide([held, grant({ target_prefix: prefix })], {
        target: `${prefix}a`,
        evidence,
      }).decision,
    ).toBe('allow')
})

test('a shadow grant is recorded, not applied', () => {
  const verdict = decide([held, grant({}, { mode: 'shadow' })])
  expect(verdict.shadow).toEqual([{ policy_id: 'g', decision: 'allow', clauses: [] }])
})
