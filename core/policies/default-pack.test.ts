import { loadSqlParser } from '#core/evidence/index'
import { expect, test } from 'vitest'
import { caseFacts } from './case-facts.ts'
import { compilePolicies } from './compile.ts'
import { defaultPack } from './default-pack.ts'
import { evaluate } from './evaluate.ts'
import { ownTestsOf, type PolicyFile } from './file.rules.ts'
import { parseRules } from './rules.rules.ts'
import { runPolicyFile } from './run-file.ts'

await loadSqlParser()

const rows = defaultPack.map((policy) => ({ id: policy.name, ...policy, active: true, agent_ids: null }))
const rulesOf = (type: string, rules: unknown): Readonly<Record<string, unknown>> => {
  const parsed = parseRules(type, rules)
  if (!parsed.ok) throw new Error(parsed.issues.map(({ path, message }) => `${path}: ${message}`).join('; '))
  return parsed.rules
}
const ownTests = new Map(rows.map(({ name, policy_type, rules }) => [name, ownTestsOf(rulesOf(policy_type, rules))]))
const file: PolicyFile = { policies: rows, tests: [...ownTests.values()].flat(), ownTests }
const report = runPolicyFile(file, caseFacts(new Date('2026-11-21T12:00:00Z')))

test.each(report.results.map((result) => [result.policy ?? 'all together', result.name, result.problem] as const))(
  '%s: %s',
  (_policy, _name, problem) => {
    expect(problem).toBeNull()
  },
)

test('is about a dozen policies, each with a test that fires and one that does not', () => {
  expect(rows.length).toBeGreaterThanOrEqual(10)
  expect(rows.length).toBeLessThanOrEqual(14)
  for (const tests of ownTests.values()) {
    expect(tests.some((one) => one.expect.decision === 'allow')).toBe(true)
    expect(tests.some((one) => one.expect.decision !== 'allow')).toBe(true)
  }
})

test('reads no session, so that it costs no look-up', () => {
  expect(compilePolicies(rows)).toMatchObject({ size: rows.length, broken: [], warnings: [], usesSession: false })
})

test.each([
  'git status && git diff --stat',
  'git add -A && git commit -m "fix: drop table in docs"',
  'git push origin feature/login',
  'npm ci && npm run build',
  'npm install zod',
  'pytest -q tests/test_api.py',
  'docker compose up -d',
  'kubectl get pods -n prod',
  'psql shop -c "select count(*) from orders"',
  'curl -s https://api.example.com/health',
  'rm -rf dist coverage node_modules',
  'rm notes.txt',
  'sed -i s/foo/bar/ src/app.ts',
  'cat package.json | jq .version',
  'mkdir -p src/new && touch src/new/index.ts',
  'grep -rn "rm -rf /" docs',
])('everyday work meets none of it: %s', (command) => {
  const facts = caseFacts(new Date('2026-11-21T12:00:00Z'))(
    { action_type: 'build', act: { kind: 'shell', command } },
    { permissionLevel: null, session: null, injection: null },
  )
  expect(evaluate(compilePolicies(rows), facts, new Map()).decision).toBe('allow')
})
