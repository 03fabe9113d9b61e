import { describe, expect, test } from 'vitest'
import { variableNames } from './cel-environment.ts'
import { compileCondition, ConditionError } from './cel.rules.ts'
import { sampleFacts, sampleGrade } from './test-facts.ts'

const refusal = (source: string): string => {
  try {
    compileCondition(source)
  } catch (error) {
    if (error instanceof ConditionError) return error.message
    throw error
  }
  return 'accepted'
}

describe('refused when saved, with line and column', () => {
  test.each([
    [
      'an unknown variable',
      'risk > 1 &&\n  rsik > 2',
      /^line 2, column 3: Unknown variable: rsik; allowed are .*\brisk\b/,
    ],
    ['an unknown field', 'evidence.dangr == "x"', /^line 1, column 10: No such key: dangr; evidence has .*danger/],
    ['a wrong type', 'risk > "high"', /^line 1, column 1: no such overload: int > string/],
    ['a syntax error', 'risk >', /^line 1, column 7: /],
    ['no condition', 'risk + 1', /yields int; a condition must yield bool/],
    ['a pattern that is not written out', 'content.matches(target)', /^line 1, column 17: matches\(\) takes a pattern/],
    ['a pattern that cannot be read', 'target.matches("(")', /^line 1, column 16: the pattern cannot be used/],
    ['a pattern with a back reference', 'target.matches("(a)\\\\1")', /the pattern cannot be used/],
    ['loops in loops in loops', nested(3), /loops .* nest at most 2 deep/],
    ['an endless text', `${'risk > 1 || '.repeat(200)}true`, /at most 2000 are allowed/],
    [
      'an action type in capitals',
      'action_type == "Deploy"',
      /column 16: action types compare in lower case; write "deploy"/,
    ],
  ])('%s', (_shows, source, message) => {
    expect(refusal(source)).toMatch(message)
  })
})

test('accepts loops two deep', () => {
  expect(refusal(nested(2))).toBe('accepted')
})

test.each([
  ['risk >= 30 && action_type == "apply"', true],
  ['declared_goal == "" && size(write_paths) == 1', true],
  ['write_paths.exists(p, p.startsWith("src/"))', true],
  ['target.matches("^SRC") || target.matches("(?i)^SRC")', true],
  ['( target ).matches("a.ts$")', true],
  ['evidence.known && evidence.danger == "high" && evidence.total >= 80', true],
  ['"shell.rm" in evidence.codes', true],
  ['act.kind == "shell" && act.command.contains("rm")', true],
  ['act.request.url == "" && act.file.path == ""', true],
  ['tool.name == "Bash" && tool.input.timeout > 100', true],
  ['tool.input.list[1] == "b"', true],
  ['has(tool.input.absent) && tool.input.absent == 1', false],
  ['"branch" in intel && intel.branch.freshness == "stale"', true],
  ['session.blocks > 0', false],
  ['injection.combined', false],
  ['now > timestamp("2026-01-01T00:00:00Z")', true],
  ['now.getHours("UTC") == 12', true],
  ['estimated_cost_usd > 0.5', true],
  ['!reversible', true],
  ['agent_id == "a1"', true],
])('%s', (source, holds) => {
  const facts = sampleFacts({
    target: 'src/a.ts',
    writePaths: ['src/a.ts'],
    evidence: sampleGrade({
      danger: 'high',
      total: 85,
      reasons: [{ code: 'shell.rm', message: 'm', danger: 'high' }],
    }),
    request: {
      act: { kind: 'shell', command: 'rm -r src' },
      tool: { name: 'Bash', input: { timeout: 120, list: ['a', 'b'] } },
      intel: { branch: { freshness: 'stale' } },
      estimated_cost_usd: 0.75,
      reversible: false,
    },
  })
  expect(compileCondition(source).holds(facts)).toBe(holds)
})

test('keeps text in a literal that only looks like a call', () => {
  const facts = sampleFacts({ target: '.matches(' })
  expect(compileCondition('target == ".matches("').holds(facts)).toBe(true)
  expect(compileCondition('target.matches("[.]matches") && target.contains(".matches(")').holds(facts)).toBe(true)
})

test('runs a pattern that would hang a backtracking engine', () => {
  const condition = compileCondition('content.matches("^(a+)+$")')
  const started = performance.now()
  expect(condition.holds(sampleFacts({ request: { content: `${'a'.repeat(20_000)}!` } }))).toBe(false)
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('never reads a prototype', () => {
  const facts = sampleFacts({ request: { tool: { input: JSON.parse('{"a":1}') } } })
  for (const name of ['constructor', '__proto__', 'toString']) {
    expect(() => compileCondition(`tool.input["${name}"] == 1`).holds(facts)).toThrow(/No such key/)
  }
})

test('fails on input too large to judge, but only where it is read', () => {
  const facts = sampleFacts({
    request: { tool: { name: 'Edit', input: { items: Array.from({ length: 5_000 }, () => 1) } } },
  })
  expect(() => compileCondition('tool.input.items.exists(i, i == 2)').holds(facts)).toThrow(/tool.input is too large/)
  expect(compileCondition('tool.name == "Edit"').holds(facts)).toBe(true)
})

test('loops in loops over free input are refused when they would take long, and run when not', () => {
  const condition = compileCondition('tool.input.items.exists(a, tool.input.items.exists(b, a == b + 100000))')
  const sized = (length: number) =>
    sampleFacts({ request: { tool: { name: 'Edit', input: { items: Array.from({ length }, (_, at) => at) } } } })
  expect(() => condition.holds(sized(1_900))).toThrow(/tool.input is too large/)
  expect(() => condition.holds(sized(90))).toThrow(/no such overload/)
  const pairs = compileCondition('tool.input.items.exists(a, tool.input.items.exists(b, a == b && a > 88))')
  expect(pairs.holds(sized(90))).toBe(true)
})

test('split gives a bounded list, so that no text can make a loop over its parts long', () => {
  const twice = compileCondition('content.split(",").exists(a, content.split(",").exists(b, a + b == "xy"))')
  const holding = (content: string) => sampleFacts({ request: { content } })
  expect(twice.holds(holding('x,y'))).toBe(true)
  expect(() => twice.holds(holding('p,'.repeat(20_000)))).toThrow(/split\(\) gives at most 200 parts/)
  expect(
    compileCondition('content.split(",", 2) == ["a", "b,c"] && content.split(",").size() == 3').holds(holding('a,b,c')),
  ).toBe(true)
  expect(refusal('content.split(1)')).toMatch(/split/)
})

test('fails on input too deep to judge', () => {
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level += 1) deep = [deep]
  expect(() => compileCondition('tool.input == 1').holds(sampleFacts({ request: { tool: { input: deep } } }))).toThrow(
    /too large/,
  )
})

test.each(variableNames)('%s is there for a condition that names it', (name) => {
  expect(compileCondition(`[${name}].size() == 1`).holds(sampleFacts())).toBe(true)
})

test('conditions on the same facts share what they read', () => {
  const facts = sampleFacts({ risk: 40, target: 'prod/api' })
  expect(compileCondition('risk > 30').holds(facts)).toBe(true)
  expect(compileCondition('risk > 30 && target.startsWith("prod") && act.kind == ""').holds(facts)).toBe(true)
})

test('tells the index which action types it is limited to, and only when that is certain', () => {
  expect(compileCondition('action_type == "deploy" && risk > 1').actionTypes).toEqual(['deploy'])
  expect(compileCondition('risk > 1 && action_type in ["a", "b"]').actionTypes).toEqual(['a', 'b'])
  expect(compileCondition('action_type == "deploy" || risk > 1').actionTypes).toEqual([])
  expect(compileCondition('!(action_type == "deploy")').actionTypes).toEqual([])
})

function nested(depth: number): string {
  const names = Array.from({ length: depth }, (_, level) => `v${level}`)
  return names.reduceRight((body, name) => `write_paths.exists(${name}, ${body})`, 'true')
}
