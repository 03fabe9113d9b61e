import { describe, expect, test } from 'vitest'
import { compilePolicies } from '../compile.ts'
import type { Decision } from '../decision.rules.ts'
import { evaluate, needs } from '../evaluate.ts'
import type { Facts } from '../facts.ts'
import type { Observation } from '../observe.ts'
import { sampleFacts, sampleGrade, samplePolicy } from '../test-facts.ts'

const daily = { scope: 'agent', window: 'day' } as const
type Row = [shows: string, rules: object, facts: Partial<Facts>, decision: Decision, observed?: Observation]

const tables: Readonly<Record<string, readonly Row[]>> = {
  risk_threshold: [
    ['fires at the threshold', { threshold: 80 }, { risk: 80 }, 'block'],
    ['does not fire below it', { threshold: 80 }, { risk: 79.9 }, 'allow'],
    ['has the default 80', {}, { risk: 80 }, 'block'],
    ['takes an unreadable risk for the highest', { threshold: 100 }, { risk: Number.NaN }, 'block'],
    ['is narrowed by action types', { threshold: 1, action_types: ['deploy'] }, { risk: 90 }, 'allow'],
    ['answers with its action', { threshold: 10, action: 'warn' }, { risk: 10 }, 'warn'],
  ],
  require_approval: [
    ['fires on a listed type', { action_types: ['deploy'] }, { actionType: 'deploy' }, 'require_approval'],
    ['ignores case and space', { action_types: ['deploy'] }, { actionType: ' DePloy ' }, 'require_approval'],
    ['does not fire on another', { action_types: ['deploy'] }, { actionType: 'deployment' }, 'allow'],
    [
      'fires on the declared type when evidence swapped it',
      { action_types: ['deploy'] },
      { actionType: 'security', declaredActionType: 'deploy' },
      'require_approval',
    ],
    [
      'fires below its target prefix',
      { action_types: ['deploy'], target_prefix: 'prod/' },
      { actionType: 'deploy', target: 'prod/api' },
      'require_approval',
    ],
    [
      'is not fooled by a detour',
      { action_types: ['deploy'], target_prefix: 'prod/' },
      { actionType: 'deploy', target: 'staging/../prod/api' },
      'require_approval',
    ],
    [
      'leaves other targets alone',
      { action_types: ['deploy'], target_prefix: 'prod/' },
      { actionType: 'deploy', target: 'staging/api' },
      'allow',
    ],
    [
      'has nothing to compare without a target',
      { action_types: ['deploy'], target_prefix: 'prod/' },
      { actionType: 'deploy' },
      'allow',
    ],
    ['covers every type with a star', { action_types: ['*'] }, { actionType: 'anything' }, 'require_approval'],
  ],
  block_action_type: [
    ['blocks a listed type', { action_types: ['security', 'deploy'] }, { actionType: 'deploy' }, 'block'],
    ['leaves others alone', { action_types: ['deploy'] }, { actionType: 'fix' }, 'allow'],
    [
      'looks at what the act reaches, whatever target is declared',
      { action_types: ['api'], target_prefix: 'https://prod.example.com/' },
      {
        actionType: 'api',
        target: 'https://staging.example.com/a',
        evidence: sampleGrade({ target: 'https://prod.example.com/a' }),
      },
      'block',
    ],
  ],
  warn_action_type: [['warns about a listed type', { action_types: ['deploy'] }, { actionType: 'deploy' }, 'warn']],
  protected_path: [
    ['fires on the target', { paths: ['secrets/'] }, { target: 'app/secrets/key.txt' }, 'require_approval'],
    ['fires on a written path', { paths: ['*.pem'], action: 'block' }, { writePaths: ['a/b.pem'] }, 'block'],
    ['keeps segment borders', { paths: ['.env'] }, { target: 'prod.env' }, 'allow'],
    [
      'sees through dots and case',
      { paths: ['migrations/'] },
      { target: 'src/../Migrations/1.sql' },
      'require_approval',
    ],
    ['needs a path', { paths: ['**'] }, {}, 'allow'],
    ['can look at writes only', { paths: ['a.txt'], writes_only: true }, { target: 'a.txt' }, 'allow'],
  ],
  agent_allowlist: [
    ['warns outside the list', { allowed_action_types: ['read'] }, { actionType: 'deploy' }, 'warn'],
    ['lets the list pass', { allowed_action_types: ['deploy'], action: 'block' }, { actionType: 'deploy' }, 'allow'],
    ['an empty list allows nothing', { allowed_action_types: [], action: 'block' }, {}, 'block'],
    [
      'wants the declared type listed as well',
      { allowed_action_types: ['security'], action: 'block' },
      { actionType: 'security', declaredActionType: 'odd' },
      'block',
    ],
  ],
  rate_limit: [
    ['lets the last one pass', { max_actions: 5 }, {}, 'allow', { kind: 'rate', used: 4 }],
    ['fires at the limit', { max_actions: 5 }, {}, 'warn', { kind: 'rate', used: 5 }],
    ['fails closed without a count', { max_actions: 5 }, {}, 'require_approval'],
    ['fails closed with its own action', { action: 'block' }, {}, 'block', { kind: 'failed', why: 'down' }],
    ['has no effect where it was left out', {}, {}, 'allow', { kind: 'skipped', why: 'simulation' }],
  ],
  webhook_check: [
    ['escalates', { url: 'https://h.example' }, {}, 'block', hook('block')],
    ['does not lower', { url: 'https://h.example' }, {}, 'allow', hook('allow')],
    ['warns about warnings', { url: 'https://h.example' }, {}, 'warn', hook(null, ['careful'])],
    ['falls back', { url: 'https://h.example', on_timeout: 'block' }, {}, 'block', { kind: 'failed', why: 'timeout' }],
    ['falls back to an approval', { url: 'https://h.example' }, {}, 'require_approval'],
    ['may fall back to allow', { url: 'https://h.example', on_timeout: 'allow' }, {}, 'allow'],
  ],
  permission_escalation: [
    ['fires above the pairing', { enforce: true }, pairing('danger', 'workspace_write'), 'block'],
    ['lets the same level pass', { enforce: true }, pairing('danger', 'danger'), 'allow'],
    ['assumes danger without a pairing', { enforce: true }, pairing('prompt', null), 'block'],
    ['assumes nothing without an agent', { enforce: true }, { ...pairing('danger', null), agentId: null }, 'block'],
    ['is off unless enforced', {}, pairing('allow', 'readonly'), 'allow'],
    ['takes an unknown level for too high', { enforce: true }, pairing('root', 'allow'), 'block'],
    ['has nothing to say without a tool', { enforce: true }, {}, 'allow'],
  ],
  green_contract: [
    ['fires below the level', { required_level: 'workspace' }, tested('package'), 'block'],
    ['lets the level pass', { required_level: 'workspace' }, tested('workspace'), 'allow'],
    ['fires when unknown', { required_level: 'targeted' }, {}, 'block'],
    ['fires on a made-up level', { required_level: 'targeted' }, tested('perfect'), 'block'],
    ['is narrowed by action types', { required_level: 'targeted', action_types: ['deploy'] }, {}, 'allow'],
  ],
  branch_freshness: [
    ['fires behind', {}, branch('stale', 1), 'block'],
    ['accepts the tolerated distance', { max_commits_behind: 3 }, branch('diverged', 3), 'allow'],
    ['accepts a fresh branch', {}, branch('fresh', 9), 'allow'],
    ['looks at listed states only', { freshness: ['diverged'] }, branch('stale', 9), 'allow'],
    ['takes an unreadable report for stale', {}, branch('stale', 'many'), 'block'],
    ['says so when nothing is known', {}, {}, 'allow'],
  ],
  require_evidence: [
    ['fires on a mere declaration', {}, {}, 'warn'],
    ['is content with evidence', { enforcement: 'block' }, { intentSource: 'evidence' }, 'allow'],
    ['is narrowed by action types', { action_types: ['deploy'], enforcement: 'block' }, {}, 'allow'],
  ],
  budget: [
    ['lets a reservation pass', { ...daily, limit_usd: 5 }, {}, 'allow', { kind: 'budget', exceeded: [] }],
    ['fires when exceeded', { ...daily, limit_usd: 5 }, {}, 'block', over()],
    ['fires with its action', { ...daily, limit_calls: 5, on_exceeded: 'warn' }, {}, 'warn', over()],
    ['fails closed', { ...daily, limit_tokens: 5, on_exceeded: 'warn' }, {}, 'require_approval'],
  ],
  condition: [
    ['fires when it holds', { when: 'risk > 20', action: 'block' }, {}, 'block'],
    ['does not fire otherwise', { when: 'risk > 90', action: 'block' }, {}, 'allow'],
    ['fails closed on a run-time error', { when: 'tool.input.command == "x"', action: 'warn' }, {}, 'require_approval'],
    [
      'reads the tool input',
      { when: 'tool.input.items.exists(i, i.price > 10)', action: 'warn' },
      { request: { tool: { input: { items: [{ price: 11 }] } } } },
      'warn',
    ],
    [
      'reads the evidence',
      { when: '"destructive" in evidence.flags', action: 'block' },
      { evidence: sampleGrade({ flags: ['destructive'] }) },
      'block',
    ],
  ],
  semantic: [
    ['fires on a violation', said('block'), {}, 'block', { kind: 'semantic', violates: true, reason: 'r' }],
    ['does not fire otherwise', said('block'), {}, 'allow', { kind: 'semantic', violates: false, reason: '' }],
    ['never allows without a verdict', said('warn'), {}, 'require_approval'],
    ['takes a stricter fallback', said('warn'), {}, 'block', { kind: 'failed', why: 'no model', fallback: 'block' }],
    [
      'does not take a weaker one',
      said('warn'),
      {},
      'require_approval',
      { kind: 'failed', why: 'no model', fallback: 'allow' },
    ],
  ],
}

describe.each(Object.entries(tables))('%s', (type, rows) => {
  test.each([...rows])('%s', (...row) => {
    const [, rules, facts, decision, observed] = row
    const compiled = compilePolicies([samplePolicy(type, rules, { id: 'p' })])
    expect(compiled.broken).toEqual([])
    const verdict = evaluate(compiled, sampleFacts(facts), new Map(observed ? [['p', observed]] : []))
    expect(verdict.decision).toBe(decision)
    expect(verdict.matched_policies).toEqual(decision === 'allow' ? [] : ['p'])
  })
})

test('budget: an estimate of exactly the limit is the limit, whatever floating point makes of it', () => {
  for (let cents = 1; cents <= 10_000; cents += 1) {
    const usd = cents / 100
    const [need] = needs(
      compilePolicies([samplePolicy('budget', { ...daily, limit_usd: usd })]),
      sampleFacts({ request: { estimated_cost_usd: usd } }),
    )
    expect(need).toMatchObject({ limits: { usd_micros: cents * 10_000 }, estimate: { usd_micros: cents * 10_000 } })
  }
})

function hook(decision: Decision | null, warnings: string[] = []): Observation {
  return { kind: 'webhook', decision, reasons: [], warnings }
}
function pairing(permission: string, permissionLevel: string | null): Partial<Facts> {
  return { request: { tool: { permission } }, permissionLevel }
}
function tested(level: string): Partial<Facts> {
  return { request: { intel: { tests: { level } } } }
}
function branch(freshness: string, behind: unknown): Partial<Facts> {
  return { request: { intel: { branch: { freshness, commits_behind: behind } } } }
}
function over(): Observation {
  return { kind: 'budget', exceeded: [{ metric: 'usd', limit: 5, used: 5, requested: 1 }] }
}
function said(action: string): object {
  return { instruction: 'No customer names in commit messages.', action }
}
