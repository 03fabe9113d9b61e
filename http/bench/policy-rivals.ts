import { openRivals } from './rivals-cache.ts'

export interface RivalRate {
  readonly name: string
  readonly perSecond: number
}

interface Question {
  readonly agent: string
  readonly type: string
  readonly risk: number
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

const TYPES = ['deploy', 'security', 'migrate', 'apply', 'sync', 'api', 'config', 'build', 'fix', 'review']
const typeOf = (n: number): string => (n < 10 ? (TYPES[n] ?? 'fix') : `${TYPES[n % 10] ?? 'fix'}_${n % 500}`)

/**
 * Decisions a second of two engines over rules like our own: action type, agent, risk threshold. They know no path
 * patterns like ours, which spares them work. An order of magnitude, not a league table: their languages differ.
 */
export async function rivalRates(policies: number, roundMs: number): Promise<RivalRate[] | string> {
  const rivals = await openRivals()
  if (typeof rivals === 'string') return rivals
  const questions = Array.from({ length: 200 }, (_, n): Question => {
    const type = n % 5 === 0 ? typeOf(10 + n) : (TYPES[n % 10] ?? 'fix')
    return { agent: `agent-${(n * 13) % 700}`, type, risk: (n * 37) % 90 }
  })
  const casbin = await casbinEngine((await rivals.load('casbin')) as Casbin, policies)
  const microsoft = microsoftEngine((await rivals.load('@microsoft/agent-governance-sdk')) as Microsoft, policies)
  return [
    { name: 'casbin', perSecond: await rate(questions, casbin, roundMs) },
    { name: '@microsoft/agent-governance-sdk', perSecond: await rate(questions, microsoft, roundMs) },
  ]
}

type Ask = (question: Question) => unknown

async function rate(questions: readonly Question[], ask: Ask, roundMs: number): Promise<number> {
  let done = 0
  let started = performance.now()
  const warmUntil = started + roundMs / 3
  for (let warm = true; ; done += 1) {
    await ask(questions[done % questions.length] as Question)
    const now = performance.now()
    if (warm && now >= warmUntil) {
      warm = false
      done = -1
      started = now
    } else if (!warm && now - started >= roundMs) return ((done + 1) * 1000) / (now - started)
  }
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

async function casbinEngine(casbin: Casbin, policies: number): Promise<Ask> {
  const lines = Array.from({ length: policies }, (_, n) => {
    const agent = n < 10 || n % 3 === 0 ? '*' : `agent-${n % 700}`
    return `p, ${agent}, ${typeOf(n)}, ${60 + (n % 41)}, deny`
  })
  const adapter = new casbin.StringAdapter(lines.join('\n'))
  const enforcer = await casbin.newEnforcer(casbin.newModelFromString(CASBIN_MODEL), adapter)
  if (await enforcer.enforce('agent-1', 'deploy', 99)) throw new Error('casbin did not apply its policies.')
  if (!(await enforcer.enforce('agent-1', 'deploy', 1))) throw new Error('casbin refused what no policy names.')
  return ({ agent, type, risk }) => enforcer.enforce(agent, type, risk)
}

function microsoftEngine({ PolicyEngine }: Microsoft, policies: number): Ask {
  const engine = new PolicyEngine()
  const rules = Array.from({ length: policies }, (_, n) => {
    const agent = n < 10 || n % 3 === 0 ? '' : ` and agent == 'agent-${n % 700}'`
    const condition = `type == '${typeOf(n)}' and risk >= ${60 + (n % 41)}${agent}`
    return { name: `rule-${n}`, condition, ruleAction: 'deny', priority: 1, enabled: true }
  })
  engine.loadPolicy({
    apiVersion: 'governance.toolkit/v1',
    version: '1',
    name: 'bench',
    scope: 'global',
    default_action: 'allow',
    rules,
  })
  const ask: Ask = ({ agent, type, risk }) => engine.evaluatePolicy(agent, { agent, type, risk })
  const denied = engine.evaluatePolicy('agent-1', { agent: 'agent-1', type: 'deploy', risk: 99 })
  const allowed = engine.evaluatePolicy('agent-1', { agent: 'agent-1', type: 'deploy', risk: 1 })
  if (denied.action !== 'deny' || allowed.action !== 'allow') throw new Error("Microsoft's engine did not apply its policies.")
  return ask
}
