import { compilePolicies } from './compile.ts'
import { evaluate } from './evaluate.ts'
import type { Facts } from './facts.ts'
import type { PolicyRow } from './rows.ts'
import { sampleFacts, samplePolicy } from './test-facts.ts'

export interface EvaluateRate {
  readonly policies: number
  /** Evaluations per second on one core, after warm-up; median of the rounds. */
  readonly perSecond: number
}

const TYPES = ['deploy', 'security', 'migrate', 'apply', 'sync', 'api', 'config', 'build', 'fix', 'review']

/**
 * The mix of the measurements: action type, agent, risk threshold, path glob, condition. The first ten are the org's own
 * and meet most requests at any size; the rest belong to teams and meet few. So what grows is what cannot match.
 */
export function benchPolicies(count: number): PolicyRow[] {
  return Array.from({ length: count }, (_, n) => {
    const own = n < 10
    const types = [own ? (TYPES[n] ?? 'fix') : `${TYPES[n % 10] ?? 'fix'}_${n % 500}`]
    const given = {
      id: `gp_${String(n).padStart(6, '0')}`,
      agent_ids: own || n % 3 === 0 ? null : [`agent-${n % 700}`],
    }
    const paths = own ? ['services/**', '**/*.pem'] : [`services/s${n % 900}/**`, `**/*.key${n}`]
    const rules: readonly (readonly [string, object])[] = [
      ['require_approval', { action_types: types }],
      ['risk_threshold', { threshold: 60 + (n % 41), action: 'require_approval', action_types: types }],
      ['protected_path', { paths, action: 'require_approval' }],
      ['condition', { when: `risk > ${n % 100} && target.startsWith("prod")`, action: 'warn', action_types: types }],
      ['risk_threshold', { threshold: 90 + (n % 10) }],
    ]
    const [type, body] = rules[n % rules.length] ?? ['require_approval', { action_types: types }]
    return samplePolicy(type, body, given)
  })
}

/** 200 different requests, as a fleet would send them: one in five is of a team's own type. */
export function benchFacts(): Facts[] {
  return Array.from({ length: 200 }, (_, n) =>
    sampleFacts({
      actionType: n % 5 === 0 ? `${TYPES[n % 10] ?? 'fix'}_${(n * 7) % 500}` : (TYPES[n % 10] ?? 'fix'),
      agentId: `agent-${(n * 13) % 700}`,
      risk: (n * 37) % 90,
      target: n % 2 === 0 ? `services/s${(n * 11) % 900}/src/main.ts` : 'docs/readme.md',
    }),
  )
}

/** Measures the pure evaluation at each size; `roundMs` is the time given to one round. */
export function benchEvaluate(
  sizes: readonly number[] = [10, 1_000, 10_000],
  roundMs = 300,
  rounds = 5,
): EvaluateRate[] {
  const none = new Map<string, never>()
  const requests = benchFacts()
  const engines = sizes.map((size) => compilePolicies(benchPolicies(size)))
  const rates = sizes.map(() => [] as number[])
  for (let round = 0; round <= rounds; round += 1) {
    engines.forEach((compiled, position) => {
      let done = 0
      const started = performance.now()
      while (performance.now() - started < roundMs) {
        for (const facts of requests) evaluate(compiled, facts, none)
        done += requests.length
      }
      // The first round only warms up.
      if (round > 0) rates[position]?.push((done * 1000) / (performance.now() - started))
    })
  }
  return sizes.map((policies, position) => {
    const sorted = (rates[position] ?? []).toSorted((a, b) => a - b)
    return { policies, perSecond: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0) }
  })
}
