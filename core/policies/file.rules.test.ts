import { expect, test } from 'vitest'
import { caseFacts } from './case-facts.ts'
import { parsePolicyFile, type PolicyFile } from './file.rules.ts'
import { runPolicyFile } from './run-file.ts'

const at = new Date('2026-11-21T12:00:00Z')

const read = (source: string): PolicyFile => {
  const parsed = parsePolicyFile(source)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  return parsed.file
}
const issues = (source: string): string => {
  const parsed = parsePolicyFile(source)
  return parsed.ok ? 'accepted' : parsed.issues.map(({ path, message }) => `${path}: ${message}`).join(' | ')
}

const good = `
policies:
  - name: ceiling
    policy_type: risk_threshold
    rules:
      threshold: 60
      tests:
        - name: at the ceiling
          input: { action_type: fix }
          given: { risk: 60 }
          expect: { decision: block }
  - name: hourly limit
    policy_type: rate_limit
    rules: { max_actions: 5, action: require_approval }
tests:
  - name: ordinary
    input: { action_type: fix, agent_id: a1 }
    expect: { decision: allow }
  - name: too many
    input: { action_type: fix }
    given: { observed: { hourly limit: { kind: rate, used: 5 } } }
    expect: { decision: require_approval, policies: [hourly limit] }
  - name: wrong on purpose
    input: { action_type: fix }
    given: { risk: 99 }
    expect: { decision: allow }
`

test('runs each policy against its own tests, and all of them against those of the file', () => {
  const report = runPolicyFile(read(good), caseFacts(at))
  expect(report).toMatchObject({ passed: 3, failed: 1 })
  expect(report.results.map(({ policy, name, passed }) => [policy, name, passed])).toEqual([
    ['ceiling', 'at the ceiling', true],
    [null, 'ordinary', true],
    [null, 'too many', true],
    [null, 'wrong on purpose', false],
  ])
})

test('explains a failure', () => {
  const failed = runPolicyFile(read(good), caseFacts(at)).results.at(-1)
  expect(failed?.problem).toBe('expected allow, got block from ceiling (rules.threshold)')
  expect(failed?.explain[0]).toMatchObject({ policy_name: 'ceiling', clause: 'rules.threshold', seen: 99 })
})

test('says that a named policy did not fire', () => {
  const source = good.replace(
    'decision: allow }\n  - name: too many',
    'decision: allow, policies: [ceiling] }\n  - name: too many',
  )
  expect(runPolicyFile(read(source), caseFacts(at)).results[1]?.problem).toBe('did not fire: ceiling')
})

test.each([
  ['broken YAML with its place', 'policies:\n  - name: [', /^line \d+, column \d+: /],
  ['a doubled key', 'policies: []\npolicies: []', /line 2/],
  ['no policies', 'tests: []', /policies: /],
  ['a wrong rule with its path', good.replace('threshold: 60', 'threshold: high'), /policies\.0\.rules\.threshold: /],
  ['a name used twice', good.replace('hourly limit', 'ceiling'), /policies\.1\.name: "ceiling" is used twice/],
  ['an unknown field', good.replace('given: { risk: 99 }', 'givn: {}'), /tests\.2: .*givn/],
])('refuses %s', (_shows, source, message) => {
  expect(issues(source)).toMatch(message)
})

test('refuses a file nested without end', () => {
  expect(issues('['.repeat(200_000))).not.toBe('accepted')
})

test('refuses a file that unfolds into a huge one', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 9; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`)
  }
  expect(issues(lines.join('\n'))).not.toBe('accepted')
})
