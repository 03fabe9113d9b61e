import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { compilePolicies } from './compile.ts'
import type { Facts } from './facts.ts'
import { buildIndex, visitCandidates } from './index.rules.ts'
import { kindOf } from './registry.ts'
import { sampleFacts, samplePolicy } from './test-facts.ts'

const part = fc.constantFrom(
  'a',
  'B',
  '.env',
  'x.pem',
  '*.pem',
  '*',
  '**',
  'a*',
  '?',
  'src',
  '..',
  '.',
  '',
  '~',
  '{a,b}',
  '[id]',
)
const pattern = fc
  .tuple(
    fc.constantFrom('', '/', '!', 'C:\\', './', '~/'),
    fc.array(part, { minLength: 1, maxLength: 6 }),
    fc.constantFrom('/', '\\'),
  )
  .map(([lead, parts, by]) => lead + parts.join(by))
const name = fc.constantFrom(
  'a',
  'b',
  'A',
  '.env',
  '.ENV',
  'x.pem',
  'y.PEM',
  'src',
  '..',
  '.',
  '',
  'x',
  '[id]',
  '\u212a',
  'ab',
)
const path = fc
  .tuple(
    fc.constantFrom('', '/', 'C:\\', '~/', './', '/home/me/', '$HOME/', 'file:///'),
    fc.array(name, { maxLength: 6 }),
    fc.constantFrom('/', '\\'),
  )
  .map(([lead, parts, by]) => lead + parts.join(by))

test('a path policy that would fire is never left out by the index', () => {
  const kind = kindOf('protected_path')
  fc.assert(
    fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 3 }),
      path,
      fc.array(path, { maxLength: 2 }),
      (paths, target, writePaths) => {
        const checked = kind?.schema.safeParse({ paths })
        fc.pre(checked?.success === true && kind !== undefined)
        const policy = { agentIds: null, enforced: kind.enforce(checked.data) }
        const facts = sampleFacts({ target, writePaths })
        let visited = false
        visitCandidates(buildIndex([policy]), facts, () => (visited = true))
        expect(policy.enforced.fires(facts, undefined) !== null && !visited).toBe(false)
      },
    ),
    { numRuns: 5_000 },
  )
})

test('an action type or an agent named like a prototype member finds nothing of the prototype', () => {
  const compiled = compilePolicies([
    samplePolicy('require_approval', { action_types: ['constructor'] }, { agent_ids: ['toString'] }),
  ])
  const seen = (given: Partial<Facts>): number => {
    let count = 0
    visitCandidates(compiled.index, sampleFacts(given), () => (count += 1))
    return count
  }
  expect(seen({ actionType: 'constructor', agentId: 'toString' })).toBe(1)
  expect(seen({ actionType: '__proto__', agentId: 'toString' })).toBe(0)
  expect(seen({ actionType: 'constructor', agentId: '__proto__' })).toBe(0)
})

test('visits only what can fire: other types, other agents, higher thresholds and other paths stay out', () => {
  const compiled = compilePolicies([
    samplePolicy('require_approval', { action_types: ['deploy'] }, { id: 'type' }),
    samplePolicy('require_approval', { action_types: ['apply'] }, { id: 'agent', agent_ids: ['a2'] }),
    samplePolicy('risk_threshold', { threshold: 90 }, { id: 'risk' }),
    samplePolicy('protected_path', { paths: ['secrets/**'] }, { id: 'path' }),
    samplePolicy('condition', { when: 'action_type == "deploy" && risk > 1', action: 'warn' }, { id: 'condition' }),
    samplePolicy('require_approval', { action_types: ['apply'] }, { id: 'fits' }),
  ])
  const visited: string[] = []
  visitCandidates(compiled.index, sampleFacts({ target: 'src/app.ts' }), (policy) => visited.push(policy.id))
  expect(visited).toEqual(['fits'])
})

test('compiling never throws, whatever the rows hold', () => {
  fc.assert(
    fc.property(
      fc.anything(),
      fc.anything(),
      fc.constantFrom('risk_threshold', 'condition', 'allow_grant', '__proto__'),
      (rules, agents, type) => {
        const row = samplePolicy(type, rules, { agent_ids: agents as string[] })
        const compiled = compilePolicies([row])
        expect(compiled.size + compiled.broken.length).toBe(1)
      },
    ),
    { numRuns: 2_000 },
  )
})
