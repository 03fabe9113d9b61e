import { randomBytes } from 'node:crypto'
import type { Facts, Need, Observation } from '#core/policies/index'
import type { Runtime } from '../kernel/runtime.ts'
import { judgements } from './judgement-cache.ts'
import { modelOf } from './model.ts'
import { judgementKey, JUDGE, question, readJudgement, renderAct } from './semantic.rules.ts'

export type SemanticNeed = Extract<Need, { kind: 'semantic' }>

const MAX_TOKENS = 300

/** Asks the language model of the org whether an act breaks a policy's rule. Throws what went wrong, in a short sentence. */
export async function askModel(
  runtime: Runtime,
  need: SemanticNeed,
  facts: Facts,
  signal: AbortSignal,
): Promise<Observation> {
  const model = await modelOf(runtime, facts.orgId)
  const act = renderAct(facts)
  const key = judgementKey(facts.orgId, need, act, model.name)
  const cache = runtime.use(judgements)
  const known = cache.get(key, runtime.now())
  if (known) return { kind: 'semantic', ...known }
  const user = question(need.instruction, act, randomBytes(12).toString('hex'))
  const judgement = readJudgement(await model.ask({ system: JUDGE, user, maxTokens: MAX_TOKENS }, signal))
  cache.put(key, judgement, runtime.now())
  return { kind: 'semantic', ...judgement }
}
