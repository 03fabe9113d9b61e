import { compilePolicies, evaluate } from '#core/policies/index'
import { sampleFacts, samplePolicy } from '#core/policies/test-facts'
import { questionOf, ruleOf, type Question, type Rule } from './rival-rules.ts'
import { openRivals } from './rivals-cache.ts'

export interface RivalRate {
  readonly name: string
  readonly perSecond: number
}

interface Casbin {
  newModelFromString(text: string): unknown
  StringAdapter: new (policy: string) => unknown
  newEnforcer(model: unknown, adapter: unknown): Promise<{ enforce(...request: unknown[]): Promise<boolean> }>
}

interface Microsoft {
  PolicyEngine: new () => {
    loadPolicy(policy: object): void
    evaluatePolicy(agent: string, context: Record<string, unknown>): { readonly action?: string }
  }
}

/**
 * Decisions a second of our engine and two others over the same rules (action type, agent, risk threshold) and the same
 * 200 requests. All three must agree on every request. An order of magnitude, not a league table: ours also explains.
 */
export async function rivalRates(policies: number, roundMs: number): Promise<RivalRate[] | string> {
  const rivals = await openRivals()
  if (typeof rivals === 'string') return rivals
  const rules = Array.from({ length: policies }, (_, n) => ruleOf(n))
  const questions = Array.from({ length: 200 }, (_, n) => questionOf(n))
  const engines: readonly (readonly [name: string, ask: Ask])[] = [
    ['writ', writEngine(rules, questions)],
    ['casbin', await casbinEngine((await rivals.load('casbin')) as Casbin, rules)],
    [
      '@microsoft/agent-governance-sdk',
      microsoftEngine((await rivals.load('@microsoft/agent-governance-sdk')) as Microsoft, rules),
    ],
  ]
  await mustAgree(engines, questions)
  const rates: RivalRate[] = []
  for (const [name, ask] of engines) rates.push({ name, perSecond: await rate(questions, ask, roundMs) })
  return rates
}

/** Whether the request is refused. */
type Ask = (question: Question) => boolean | Promise<boolean>

async function mustAgree(engines: readonly (readonly [string, Ask])[], questions: readonly Question[]): Promise<void> {
  let refused = 0
  for (const question of questions) {
    const answers = await Promise.all(engines.map(async ([, ask]) => ask(question)))
    if (new Set(answers).size > 1)
      throw new Error(`The engines disagree on ${JSON.stringify(question)}: ${answers.join(', ')}`)
    if (answers[0] === true) refused += 1
  }
  if (refused === 0 || refused === questions.length) throw new Error('The questions do not tell the engines apart.')
}

function writEngine(rules: readonly Rule[], questions: readonly Question[]): Ask {
  const compiled = compilePolicies(
    rules.map(({ type, threshold, agent }, n) =>
      samplePolicy(
        'risk_threshold',
        { threshold, action: 'block', action_types: [type] },
        { id: `gp_${n}`, agent_ids: agent === null ? null : [agent] },
      ),
    ),
  )
  const none = new Map<string, never>()
  const facts = new Map(
    questions.map((one) => [one, sampleFacts({ actionType: one.type, agentId: one.agent, risk: one.risk })]),
  )
  return (question) => evaluate(compiled, facts.get(question) ?? sampleFacts(), none).decision === 'block'
}

async function rate(questions: readonly Question[], ask: Ask, roundMs: number): Promise<number> {
  const run = async (milliseconds: number): Promise<number> => {
    const started = performance.now()
    for (let done = 1; ; done += 1) {
      const answer = ask(questions[done % questions.length] as Question)
      if (typeof answer !== 'boolean') await answer
      // The clock is read now and then: it costs as much as the quickest of these.
      if (done % 8 > 0) continue
      const passed = performance.now() - started
      if (passed >= milliseconds) return (done * 1000) / passed
    }
  }
  await run(roundMs / 3)
  return run(roundMs)
}

const CASBIN_MODEL = `
[request_definition]
r = agent, type, risk
[policy_definition]
p = agent, type, threshold, eft
[policy_effect]
e = !some(where (p.eft == deny))
[matchers]
m = (p.agent == "*" || r.agent == p.agent) && r.type == p.type && r.risk >= p.threshold
`

async function casbinEngine(casbin: Casbin, rules: readonly Rule[]): Promise<Ask> {
  const lines = rules.map(({ agent, type, threshold }) => `p, ${agent ?? '*'}, ${type}, ${threshold}, deny`)
  const adapter = new casbin.StringAdapter(lines.join('\n'))
  const enforcer = await casbin.newEnforcer(casbin.newModelFromString(CASBIN_MODEL), adapter)
  return async ({ agent, type, risk }) => !(await enforcer.enforce(agent, type, risk))
}

function microsoftEngine({ PolicyEngine }: Microsoft, given: readonly Rule[]): Ask {
  const engine = new PolicyEngine()
  const rules = given.map(({ agent, type, threshold }, n) => {
    const bound = agent === null ? '' : ` and agent == '${agent}'`
    const condition = `type == '${type}' and risk >= ${threshold}${bound}`
    return { name: `rule-${n}`, condition, ruleAction: 'deny', priority: 1, enabled: true }
  })
  const document = { apiVersion: 'governance.toolkit/v1', version: '1', name: 'bench', scope: 'global' }
  engine.loadPolicy({ ...document, default_action: 'allow', rules })
  return ({ agent, type, risk }) => engine.evaluatePolicy(agent, { agent, type, risk }).action === 'deny'
}
