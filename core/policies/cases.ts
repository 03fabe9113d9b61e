import type { z } from 'zod'
import type { CaseGiven, PolicyCase } from './case-schema.ts'
import type { CompiledPolicies } from './compile.ts'
import { isDecision, type Decision } from './decision.rules.ts'
import { evaluate, needs, type Verdict } from './evaluate.ts'
import type { Facts, InjectionFacts, SessionFacts } from './facts.ts'
import type { Observation } from './observe.ts'

export interface CaseResult {
  readonly name: string
  readonly passed: boolean
  readonly expected: Decision
  readonly decision: Decision
  /** Why it failed, in one sentence; null when it passed. */
  readonly problem: string | null
  readonly verdict: Verdict
}

/** Turns the request of a case into facts, as the live guard would. */
export type FactsOfCase = (input: Readonly<Record<string, unknown>>, given: CaseFacts) => Facts

export interface CaseFacts {
  readonly risk?: number
  readonly permissionLevel: string | null
  readonly session: SessionFacts | null
  readonly injection: InjectionFacts | null
  readonly at?: Date
}

/** Runs each case against all of the policies together. What a case does not state is left out of the judgement. */
export function runCases(
  compiled: CompiledPolicies,
  cases: readonly PolicyCase[],
  factsOf: FactsOfCase,
  nameOf: ReadonlyMap<string, string>,
): CaseResult[] {
  return cases.map((one) => {
    const facts = factsOf(one.input, givenFacts(one.given ?? {}))
    const observed = new Map<string, Observation>()
    for (const need of needs(compiled, facts)) {
      const stated = one.given?.observed?.[nameOf.get(need.policyId) ?? need.policyId]
      observed.set(need.policyId, asObservation(stated))
    }
    const verdict = evaluate(compiled, facts, observed)
    const problem = problemOf(one, verdict, nameOf)
    const { decision } = verdict
    return { name: one.name, passed: problem === null, expected: one.expect.decision, decision, problem, verdict }
  })
}

function problemOf(one: PolicyCase, verdict: Verdict, nameOf: ReadonlyMap<string, string>): string | null {
  if (verdict.decision !== one.expect.decision) {
    const effective = verdict.clauses.filter((clause) => clause.effect !== 'allow')
    const why = effective.map((clause) => `${clause.policy_name} (${clause.clause})`).join(', ')
    return `expected ${one.expect.decision}, got ${verdict.decision}${why === '' ? '' : ` from ${why}`}`
  }
  const fired = verdict.matched_policies.map((id) => nameOf.get(id) ?? id)
  const absent = (one.expect.policies ?? []).filter((name) => !fired.includes(name))
  return absent.length === 0 ? null : `did not fire: ${absent.join(', ')}`
}

function givenFacts(given: z.output<typeof CaseGiven>): CaseFacts {
  return {
    ...(given.risk === undefined ? {} : { risk: given.risk }),
    ...(given.at === undefined ? {} : { at: new Date(given.at) }),
    permissionLevel: given.permission_level ?? null,
    session: given.session === undefined ? null : sessionOf(given.session),
    injection: given.injection === undefined ? null : injectionOf(given.injection),
  }
}

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []

function sessionOf(given: Readonly<Record<string, unknown>>): SessionFacts {
  return {
    id: typeof given['id'] === 'string' ? given['id'] : 'case',
    decisions: number(given['decisions']),
    warns: number(given['warns']),
    approvals: number(given['approvals']),
    blocks: number(given['blocks']),
    minutes: number(given['minutes']),
    cost_usd: number(given['cost_usd']),
    tokens: number(given['tokens']),
    flags: texts(given['flags']),
    action_types: texts(given['action_types']),
  }
}

function injectionOf(given: Readonly<Record<string, unknown>>): InjectionFacts {
  return {
    score: number(given['score']),
    risk_level: typeof given['risk_level'] === 'string' ? given['risk_level'] : 'none',
    categories: texts(given['categories']),
    combined: given['combined'] === true,
  }
}

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)

const ANSWERS: Readonly<Record<string, (stated: Readonly<Record<string, unknown>>) => Observation>> = {
  rate: (stated) => ({ kind: 'rate', used: number(stated['used']) }),
  failed: (stated) => ({ kind: 'failed', why: text(stated['why'], 'the look-up failed') }),
  semantic: (stated) => ({
    kind: 'semantic',
    violates: stated['violates'] === true,
    reason: text(stated['reason'], ''),
  }),
  webhook: (stated) => ({
    kind: 'webhook',
    decision: isDecision(stated['decision']) ? stated['decision'] : null,
    reasons: texts(stated['reasons']),
    warnings: texts(stated['warnings']),
  }),
  budget: (stated) => {
    const over = { metric: 'usd' as const, limit: number(stated['limit']), used: number(stated['used']), requested: 0 }
    return { kind: 'budget', exceeded: stated['exceeded'] === true ? [over] : [] }
  },
}

/** A stated answer of a known kind, else "not asked": a test judges the policies, not the network. */
function asObservation(stated: Readonly<Record<string, unknown>> | undefined): Observation {
  const kind = text(stated?.['kind'], '')
  const read = Object.hasOwn(ANSWERS, kind) ? ANSWERS[kind] : undefined
  return stated === undefined || read === undefined
    ? { kind: 'skipped', why: 'this test states no answer for it' }
    : read(stated)
}
