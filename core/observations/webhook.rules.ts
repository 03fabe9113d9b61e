import { z } from 'zod'
import { isDecision, rankOf, type Decision, type Facts, type Observation } from '#core/policies/index'
import { redactDeep } from '#core/scans/index'

/** What the local policies came to before anybody was asked. */
export interface Preliminary {
  readonly decision: Decision
  readonly reasons: readonly string[]
  readonly warnings: readonly string[]
  readonly matched_policies: readonly string[]
}

export const nothingYet: Preliminary = { decision: 'allow', reasons: [], warnings: [], matched_policies: [] }

/** Body of the call, by the wire contract (event `guard.evaluation`); secrets in it are replaced. */
export function webhookBody(facts: Facts, preliminary: Preliminary, at: Date): string {
  const { request } = facts
  const context = {
    action_type: facts.actionType,
    risk_score: facts.risk,
    agent_id: facts.agentId,
    systems_touched: request.systems_touched ?? [],
    reversible: request.reversible ?? null,
    declared_goal: request.declared_goal ?? null,
  }
  const told = { context, reasons: preliminary.reasons, warnings: preliminary.warnings }
  return JSON.stringify({
    event: 'guard.evaluation',
    org_id: facts.orgId,
    timestamp: at.toISOString(),
    preliminary_decision: preliminary.decision,
    matched_policies: preliminary.matched_policies,
    ...(redactDeep(told).value as typeof told),
  })
}

const MAX_SENTENCES = 20
const MAX_SENTENCE = 500

const Sentences = z
  .array(z.string())
  .nullish()
  .transform((list) => (list ?? []).slice(0, MAX_SENTENCES).map((text) => text.slice(0, MAX_SENTENCE)))

const Reply = z.object({ decision: z.string().nullish(), reasons: Sentences, warnings: Sentences })

type Heard = Extract<Observation, { kind: 'webhook' }>

/**
 * Reads a reply. A decision counts only when it is stricter than what was decided already. Throws, so that the policy's
 * `on_timeout` decides, for what is no reply: also for an unknown decision, which may have meant a refusal.
 */
export function readReply(text: string, preliminary: Decision): Heard {
  const parsed = Reply.safeParse(parseJson(text))
  if (!parsed.success) throw new Error('its answer is not {decision, reasons, warnings}')
  const { decision, reasons, warnings } = parsed.data
  if (decision != null && !isDecision(decision)) throw new Error('it answered a decision that is not known')
  const stricter = decision != null && rankOf(decision) > rankOf(preliminary)
  return { kind: 'webhook', decision: stricter ? decision : null, reasons: stricter ? reasons : [], warnings }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('its answer is not JSON')
  }
}
