import { createAction, type ActionRow } from '#core/actions/index'
import { standingOf, waitForRuling, type Standing } from '#core/approvals/index'
import type { GuardAnswer } from '#core/guard/index'
import { Fault } from '../kernel/errors.ts'
import type { Context } from '../kernel/context.ts'
import type { Ruling } from './hosts.rules.ts'
import { handOver } from './find-action.ts'
import { hostRequest } from './request.rules.ts'
import type { ToolEvent } from './schema.ts'
import { callKey } from './call-key.rules.ts'

const CUT = 'The act is longer than guard reads, so a person has to look at it.'

/**
 * Records the tool call as an action under the org's policies, waits up to `waitSeconds` for a person where one is
 * asked, and rules. Called twice for one call (two installs, a wrapper and its inner tool) it rules the same.
 */
export async function ask(ctx: Context, event: ToolEvent, waitSeconds: number): Promise<Ruling> {
  const { request, reasoning, cut } = hostRequest(event)
  const key = callKey(event)
  try {
    const created = await createAction(ctx, {
      ...request,
      agent_id: event.agent,
      declared_goal: request.declared_goal ?? event.tool_name,
      confidence: 50,
      recommendation_applied: false,
      side_effects: [],
      artifacts_created: [],
      ...(key === null ? {} : { idempotency_key: key }),
      ...(reasoning === undefined ? {} : { reasoning }),
      ...(cut ? { status: 'pending_approval' as const, authorization_scope: CUT } : {}),
      ...subAgent(event),
    })
    const { action, decision, idempotent_replay: again } = created
    if (action.status !== 'pending_approval' && !again) {
      if (created.resumed) await handOver(ctx, { ...action, idempotency_key: null }, key)
      return byPolicy(decision, { approved: action.approved_by !== null })
    }
    const row = await waitForRuling(ctx, action.action_id, waitSeconds * 1000)
    const standing = await standingOf(ctx, row)
    // Handed out before, but to this very call, which the host makes once however often it is asked about.
    const same = standing.approved && key !== null && row.idempotency_key === key
    if (standing.approved && standing.released) await handOver(ctx, row, key)
    return byPerson({ ...standing, released: standing.released || same }, { row, decision })
  } catch (thrown) {
    const refused = refusal(thrown)
    if (refused === null) throw thrown
    return refused
  }
}

function subAgent({ agent_id, agent_type, host }: ToolEvent) {
  if (agent_id === undefined) return {}
  return { subagent_uuid: agent_id.slice(0, 128), trigger: `${host} sub-agent ${agent_type ?? ''}`.trim() }
}

function byPolicy(decision: GuardAnswer | undefined, { approved }: { approved: boolean }): Ruling {
  const reason = approved ? 'a person allowed this act.' : 'no policy objects.'
  return { verdict: 'allow', reason, warnings: decision?.warnings ?? [], approved }
}

interface Asked {
  readonly row: ActionRow
  readonly decision: GuardAnswer | undefined
}

function byPerson(standing: Standing, { row, decision }: Asked): Ruling {
  if (standing.approved && standing.released) return byPolicy(decision, { approved: row.approved_by !== null })
  const actionId = row.action_id
  const why = (decision?.reasons ?? []).join(' ')
  if (standing.denied)
    return deny(`a person denied it: ${standing.denial_reason ?? 'no reason given'}. ${standing.next}`)
  if (!standing.timed_out) return deny(standing.next)
  return deny(
    `${why} Waiting for a person (${actionId}); nobody has decided yet, so the call was not run. This is not a denial. ` +
      `A person decides with: writ approve ${actionId}. Then make exactly the same call again; the approval lets it run once.`,
  )
}

/** A block is an answer here; every other fault stays one, and the gate denies by it. */
function refusal(thrown: unknown): Ruling | null {
  if (!(thrown instanceof Fault) || (thrown.code !== 'blocked' && thrown.code !== 'AGENT_NOT_REGISTERED')) return null
  const decision = thrown.data?.['decision'] as GuardAnswer | undefined
  const policies = decision?.explain.filter(({ effect }) => effect === 'block').map(({ policy_name }) => policy_name)
  const reasons = decision?.reasons.length ? decision.reasons.join(' ') : thrown.message
  const by = policies?.length ? ` (policy: ${[...new Set(policies)].join(', ')})` : ''
  return deny(`blocked: ${reasons}${by}${decision?.recovery ? ` ${decision.recovery.suggestion}` : ''}`)
}

const deny = (reason: string): Ruling => ({ verdict: 'deny', reason, warnings: [], approved: false })
