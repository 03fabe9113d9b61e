import { expect, test } from 'vitest'
import { compilePolicies } from './compile.ts'
import { evaluate, needs } from './evaluate.ts'
import { sampleFacts, samplePolicy } from './test-facts.ts'

const none = new Map<string, never>()

test('explains which clause of which policy fired, with what it saw', () => {
  const compiled = compilePolicies([samplePolicy('risk_threshold', { threshold: 40 }, { id: 'gp_1', name: 'ceiling' })])
  expect(evaluate(compiled, sampleFacts({ risk: 60 }), none).clauses).toEqual([
    {
      policy_id: 'gp_1',
      policy_name: 'ceiling',
      policy_type: 'risk_threshold',
      clause: 'rules.threshold',
      expected: 40,
      seen: 60,
      effect: 'block',
      message: 'Risk 60 reaches the threshold 40.',
    },
  ])
})

test('puts the gravest reason first and warnings apart', () => {
  const verdict = evaluate(
    compilePolicies([
      samplePolicy('warn_action_type', { action_types: ['apply'] }, { id: 'w' }),
      samplePolicy('require_approval', { action_types: ['apply'] }, { id: 'r' }),
      samplePolicy('risk_threshold', { threshold: 1 }, { id: 'b' }),
    ]),
    sampleFacts(),
    none,
  )
  expect(verdict.decision).toBe('block')
  expect(verdict.matched_policies).toEqual(['b', 'r', 'w'])
  expect(verdict.reasons).toHaveLength(2)
  expect(verdict.warnings).toEqual(['Action type "apply" is watched.'])
})

test('says on every evaluation that an active policy cannot be enforced', () => {
  const compiled = compilePolicies([
    samplePolicy('no_such_type', {}, { id: 'x' }),
    samplePolicy('risk_threshold', '{"threshold": ', { id: 'y' }),
    samplePolicy('risk_threshold', { treshold: 3 }, { id: 'z' }),
  ])
  expect(compiled.broken.map(({ id }) => id)).toEqual(['x', 'y', 'z'])
  const verdict = evaluate(compiled, sampleFacts(), none)
  expect(verdict.decision).toBe('allow')
  expect(verdict.warnings).toHaveLength(3)
  expect(verdict.warnings[2]).toContain('unknown "treshold"; risk_threshold takes action')
})

test('applies every agent-scoped policy to a caller that gives no agent id', () => {
  const compiled = compilePolicies([samplePolicy('risk_threshold', { threshold: 1 }, { agent_ids: ['a7'] })])
  expect(evaluate(compiled, sampleFacts({ agentId: 'a1' }), none).decision).toBe('allow')
  expect(evaluate(compiled, sampleFacts({ agentId: 'a7' }), none).decision).toBe('block')
  expect(evaluate(compiled, sampleFacts({ agentId: null }), none).decision).toBe('block')
})

test('takes an agent list that names nobody for everybody, with a warning', () => {
  const compiled = compilePolicies([samplePolicy('risk_threshold', { threshold: 1 }, { agent_ids: [] })])
  const verdict = evaluate(compiled, sampleFacts(), none)
  expect(verdict.decision).toBe('block')
  expect(verdict.warnings.join()).toContain('empty or malformed agent list')
})

test('counts an unnamed caller by its key', () => {
  const compiled = compilePolicies([samplePolicy('rate_limit', { max_actions: 3, window_minutes: 2 }, { id: 'l' })])
  const want = { kind: 'rate', policyId: 'l', window_seconds: 120, max: 3, mode: 'enforce' }
  expect(needs(compiled, sampleFacts())).toEqual([{ ...want, subject: 'agent:a1' }])
  expect(needs(compiled, sampleFacts({ agentId: null }))).toEqual([{ ...want, subject: 'key:key_1' }])
})

test('asks only for what matching policies need', () => {
  const budget = { scope: 'task', window: 'day', limit_usd: 1.5, action_types: ['deploy'] }
  const compiled = compilePolicies([samplePolicy('budget', budget, { id: 'b' })])
  expect(needs(compiled, sampleFacts())).toEqual([])
  const request = { estimated_cost_usd: 0.25, task_id: 't9' }
  expect(needs(compiled, sampleFacts({ actionType: 'deploy', request }))).toEqual([
    {
      kind: 'budget',
      policyId: 'b',
      scope: 'task',
      subject: 'task:named:t9',
      window: 'day',
      limits: { usd_micros: 1_500_000 },
      estimate: { usd_micros: 250_000, tokens: 0, calls: 1 },
      mode: 'enforce',
      // What was told by telemetry names no kind of act.
      told: null,
    },
  ])
})

test('records a shadow policy and does not enforce it', () => {
  const compiled = compilePolicies([samplePolicy('risk_threshold', { threshold: 1 }, { id: 's', mode: 'shadow' })])
  const verdict = evaluate(compiled, sampleFacts(), none)
  expect(verdict).toMatchObject({ decision: 'allow', matched_policies: [], clauses: [] })
  expect(verdict.shadow).toMatchObject([{ policy_id: 's', decision: 'block' }])
})

test('leaves out drafts and switched-off policies', () => {
  const rules = { threshold: 1 }
  const rows = [
    samplePolicy('risk_threshold', rules, { id: 'd', state: 'draft' }),
    samplePolicy('risk_threshold', rules, { id: 'o', active: false }),
  ]
  expect(compilePolicies(rows).size).toBe(0)
})
