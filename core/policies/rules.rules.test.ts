import { describe, expect, test } from 'vitest'
import { policyTypes } from './registry.ts'
import { parseRules } from './rules.rules.ts'

const refusal = (type: string, rules: unknown): string => {
  const parsed = parseRules(type, rules)
  return parsed.ok ? 'accepted' : parsed.issues.map(({ path, message }) => `${path}: ${message}`).join(' | ')
}

test.each([
  ['risk_threshold', {}, { threshold: 80, action: 'block' }],
  ['protected_path', { paths: ['a'] }, { paths: ['a'], action: 'require_approval', writes_only: false }],
  ['agent_allowlist', { allowed_action_types: [] }, { allowed_action_types: [], action: 'warn' }],
  ['rate_limit', {}, { max_actions: 50, window_minutes: 60, per: 'agent', action: 'warn' }],
  [
    'webhook_check',
    { url: 'https://h.example' },
    { url: 'https://h.example', timeout_ms: 5000, on_timeout: 'require_approval' },
  ],
  ['non_fabrication', {}, { content_path: 'content', source_path: 'source_of_truth', on_violation: 'block' }],
  ['permission_escalation', {}, { enforce: false, action: 'block' }],
  ['branch_freshness', {}, { freshness: ['stale', 'diverged'], max_commits_behind: 0, action: 'block' }],
  ['require_evidence', {}, { enforcement: 'warn' }],
])('%s has its defaults', (type, rules, expected) => {
  expect(parseRules(type, rules)).toEqual({ ok: true, rules: expected })
  expect(parseRules(type, JSON.stringify(rules))).toEqual({ ok: true, rules: expected })
})

test('issue 2: takes the names and the action that documentation of the wire contract writes', () => {
  expect(parseRules('risk_threshold', { max_risk_score: 50 })).toMatchObject({ rules: { threshold: 50 } })
  expect(parseRules('block_action_type', { action_types: ['x'], action: 'block' })).toMatchObject({ ok: true })
  expect(refusal('risk_threshold', { max_risk_score: 50, threshold: 60 })).toContain('unknown "max_risk_score"')
  expect(refusal('block_action_type', { action_types: ['x'], action: 'warn' })).toBe(
    'rules.action: is always block for block_action_type',
  )
})

describe('refused with a clear reason', () => {
  test.each([
    ['an unknown type', 'nope', {}, `policy_type: unknown policy type; allowed are ${policyTypes.join(', ')}`],
    ['a type named like a prototype member', 'constructor', {}, 'policy_type: unknown policy type'],
    ['rules that are no object', 'risk_threshold', [], 'rules: must be an object'],
    ['text that is no JSON', 'risk_threshold', '{', 'rules: is not valid JSON'],
    ['an unknown key', 'risk_threshold', { treshold: 1 }, 'rules: unknown "treshold"; risk_threshold takes'],
    ['a number out of range', 'risk_threshold', { threshold: 101 }, 'rules.threshold: '],
    ['no action types', 'require_approval', { action_types: [] }, 'rules.action_types: '],
    ['a webhook without TLS', 'webhook_check', { url: 'http://h.example' }, 'rules.url: must be an https URL'],
    ['a webhook to this machine', 'webhook_check', { url: 'https://localhost/x' }, 'rules.url: '],
    ['a webhook to a private address', 'webhook_check', { url: 'https://10.0.0.1/x' }, 'rules.url: '],
    ['a webhook to a mapped address', 'webhook_check', { url: 'https://[::ffff:127.0.0.1]/x' }, 'rules.url: '],
    ['a webhook to a decimal address', 'webhook_check', { url: 'https://2130706433/' }, 'rules.url: '],
    ['a budget without a limit', 'budget', { scope: 'org', window: 'day' }, 'rules: needs at least one of'],
    [
      'a condition that does not type-check',
      'condition',
      { when: 'rsik > 1', action: 'block' },
      'rules.when: line 1, column 1',
    ],
    ['a grant without an end', 'allow_grant', { action_type: 'deploy' }, 'rules.expires_at: '],
    ['a malformed test', 'risk_threshold', { tests: [{ name: 'x' }] }, 'rules.tests.0.input: '],
  ])('%s', (_shows, type, rules, message) => {
    expect(refusal(type, rules)).toContain(message)
  })
})

test('takes the shared fields in every type', () => {
  const shared = {
    ungrantable: true,
    priority: 3,
    message: 'm',
    description: 'd',
    mode: 'shadow',
    agent_ids: ['a'],
    tests: [],
  }
  expect(refusal('risk_threshold', shared)).toBe('accepted')
  expect(refusal('require_evidence', shared)).toBe('accepted')
})
