import { randomBytes } from 'node:crypto'
import type { Facts, Need, Observation } from '#core/policies/index'
import type { Runtime } from '../kernel/runtime.ts'
import { judgements } from './judgement-cache.ts'
import { judgementKey, JUDGE, question, readJudgement, renderAct } from './semantic.rules.ts'

export type SemanticNeed = Extract<Need, { kind: 'semantic' }>

const MAX_TOKENS = 300

/** Asks the configured language model whether an act breaks a policy's rule. Throws what went wrong, in a short sentence. */
export async function askModel(
  runtime: Runtime,
  need: SemanticNeed,
  facts: Facts,
  signal: AbortSignal,
): Promise<Observation> {
  const { llm } = runtime.ports
  if (!llm) throw new Error('no language model is configured')
  const act = renderAct(facts)
  const key = judgementKey(facts.orgId, need, act)
  const cache = runtime.use(judgements)
  const known = cache.get(key, runtime.now())
  if (known) return { kind: 'semantic', ...known }
  const user = question(need.instruction, act, randomBytes(12).toString('hex'))
  const judgement = readJudgement(await llm({ system: JUDGE, user, maxTokens: MAX_TOKENS }, signal))
  cache.put(key, judgement, runtime.now())
  return { kind: 'semantic', ...judgement }
}
