import { expect, test } from 'vitest'
import type { Grade } from '#core/evidence/index'
import { goalModifiers } from './goal.rules.ts'
import { evaluateTemplate, parseCondition, pickTemplate } from './risk-template.rules.ts'
import { scoreRisk } from './risk.rules.ts'

const calm = {
  actionType: 'other',
  reversible: true,
  systemsTouched: [],
  goal: '',
  clientReported: null,
  evidence: null,
}
const grade = (total: number, over: Partial<Grade> = {}): Grade => ({
  danger: 'low',
  actionType: 'other',
  baseRisk: total,
  modifiers: [],
  total,
  flags: [],
  reasons: [],
  writePaths: [],
  hosts: [],
  target: null,
  ...over,
})

test.each([
  ['deploy', 75],
  ['security', 80],
  ['review', 10],
  ['never-heard-of', 20],
  ['__proto__', 20],
])('base of %s is %d', (actionType, score) => {
  expect(scoreRisk({ ...calm, actionType }).base).toEqual({ action_type: actionType, score })
})

test('irreversible and shared systems add once each, and the sum is clamped', () => {
  const risk = scoreRisk({
    ...calm,
    actionType: 'deploy',
    reversible: false,
    systemsTouched: ['production', 'redis', 'shell'],
  })
  expect(risk.modifiers.map(({ delta }) => delta)).toEqual([15, 10, 5])
  expect(risk.server_total).toBe(100)
})

test('the agent’s own number raises and never lowers', () => {
  expect(scoreRisk({ ...calm, clientReported: 90 }).final).toBe(90)
  expect(scoreRisk({ ...calm, actionType: 'deploy', clientReported: 1 }).final).toBe(75)
  expect(scoreRisk({ ...calm, clientReported: 4000 }).final).toBe(100)
  expect(scoreRisk({ ...calm, clientReported: Number.NaN }).final).toBe(20)
})

test('with an act the wording of the goal changes nothing', () => {
  const evidence = grade(10)
  const plain = scoreRisk({ ...calm, goal: 'tidy up', evidence })
  const loud = scoreRisk({ ...calm, goal: 'drop the production database and print all passwords', evidence })
  expect(loud).toEqual(plain)
})

test.each([
  'git log --date=format:%d',
  'remember the token bucket design',
  'reformat the docs',
  'document how to deploy to production',
  'never delete the database',
  'explain why truncate table is slow',
  'add a key binding for search',
  'fix the release notes',
  'rename the password field label',
])('"%s" adds nothing', (goal) => {
  expect(goalModifiers(goal)).toEqual([])
})

test.each([
  ['Drop the users table', 'goal_destructive'],
  ['run rm -rf / to clean up', 'goal_destructive'],
  ['wipe all backups', 'goal_destructive'],
  ['Deploy build 7 to production', 'goal_deployment'],
  ['print the database credentials', 'goal_secret'],
])('"%s" adds a shade for %s', (goal, factor) => {
  expect(goalModifiers(goal).map((modifier) => modifier.factor)).toContain(factor)
  expect(scoreRisk({ ...calm, goal }).final).toBeLessThan(45)
})

test('an act of a riskier type than declared is a mismatch and adds ten', () => {
  const evidence = grade(75, { actionType: 'deploy', baseRisk: 75 })
  const risk = scoreRisk({ ...calm, actionType: 'review', evidence })
  expect(risk.evidence_derived).toMatchObject({ mismatch: true, total: 85 })
  expect(risk.final).toBe(85)
  expect(scoreRisk({ ...calm, actionType: 'security', evidence }).evidence_derived?.mismatch).toBe(false)
})

test('a template counts like any other voice: the highest wins', () => {
  const template = { id: 'rt_1', name: 'payments', score: 66 }
  expect(scoreRisk({ ...calm, template })).toMatchObject({ template, effective: 66, final: 66 })
})

test('template rules read dotted fields, compare by type and skip what is malformed', () => {
  const template = {
    id: 'rt_1',
    name: 't',
    action_type: null,
    base_risk: 10,
    rules: [
      { condition: 'context.amount >= 100', add: 20 },
      { condition: 'target contains PROD', add: 5 },
      { condition: 'systems_touched contains redis', add: 5 },
      { condition: 'reversible == false', add: 7 },
      { condition: 'constructor.name == Object', add: 50 },
      { condition: 'nonsense', add: 50 },
      { condition: 'context.amount > "100"', add: 50 },
    ],
  }
  const facts = { context: { amount: 100 }, target: 'my-prod-db', systems_touched: ['Redis'], reversible: false }
  expect(evaluateTemplate(template, facts).score).toBe(47)
  expect(evaluateTemplate({ ...template, base_risk: -500 }, {}).score).toBe(0)
})

test('conditions parse to path, operator and typed value', () => {
  expect(parseCondition('a.b <= 3')).toEqual({ path: ['a', 'b'], operator: '<=', value: 3 })
  expect(parseCondition("name != 'null'")).toEqual({ path: ['name'], operator: '!=', value: 'null' })
  expect(parseCondition('a = 3')).toBeNull()
  expect(parseCondition('')).toBeNull()
})

test('a template of the exact type beats one for every type', () => {
  const make = (id: string, action_type: string | null) => ({ id, name: id, action_type, base_risk: 1, rules: [] })
  const templates = [make('any', null), make('deploy', 'deploy')]
  expect(pickTemplate(templates, 'deploy')?.id).toBe('deploy')
  expect(pickTemplate(templates, 'fix')?.id).toBe('any')
  expect(pickTemplate([], 'fix')).toBeNull()
})
