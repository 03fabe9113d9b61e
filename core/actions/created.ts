import { ENROLMENT, storedAnswer, type GuardAnswer } from '#core/guard/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { deliverRelease } from './deliver.ts'
import type { Resumable } from './resume.ts'
import { actionToWire, type Action, type ActionRow } from './schema.ts'

/** What creating an action answers. */
export interface Created {
  readonly action: Action
  readonly action_id: string
  readonly decision?: GuardAnswer
  readonly security?: { clean: boolean; findings_count: number; critical_count: number; categories: string[] }
  readonly idempotent_replay?: boolean
  readonly resumed?: boolean
}

/** 403 with the row and, nested, the guard's answer: what clients of the wire contract take for a block. */
export function blocked(sentence: string, row: ActionRow, decision: GuardAnswer | null): Fault {
  const stranger = decision?.matched_policies.includes(ENROLMENT) === true
  return new Fault(stranger ? 'AGENT_NOT_REGISTERED' : 'blocked', stranger ? (decision.reason ?? sentence) : sentence, {
    data: { action: actionToWire(row), action_id: row.action_id, ...(decision ? { decision } : {}) },
  })
}

/** The same key and body again: the same action, as it stands now; a block stays a block. */
export async function replayed(ctx: Context, row: ActionRow): Promise<Created> {
  const decision = await answerFor(ctx, row)
  if (row.status === 'blocked' && row.close_source === 'create')
    throw blocked('Action blocked by policy', row, decision)
  const now = await deliverRelease(ctx, row)
  return {
    action: actionToWire(now),
    action_id: row.action_id,
    ...(decision ? { decision } : {}),
    idempotent_replay: true,
  }
}

/** The same act again: the action that stands for it, so that the person is not asked twice. */
export async function resumed(ctx: Context, { kind, row }: Resumable): Promise<Created> {
  const decision = await answerFor(ctx, row)
  if (kind === 'denied') {
    const reason = `A person denied this very act: ${row.error_message ?? 'no reason given'}`
    const told = decision && { ...decision, decision: 'block' as const, reason, reasons: [reason] }
    throw blocked(reason, row, told)
  }
  return { action: actionToWire(row), action_id: row.action_id, ...(decision ? { decision } : {}), resumed: true }
}

/** The recorded answer; once a person allowed the act, it says so. */
async function answerFor(ctx: Context, row: ActionRow): Promise<GuardAnswer | null> {
  const stored = await storedAnswer(ctx, row.guard_decision_id)
  if (!stored) return null
  const answer = { ...stored, action_id: row.action_id }
  if (row.approved_by === null) return answer
  const warnings = [...stored.warnings, `Approved by ${row.approved_by}.`]
  return { ...answer, decision: 'allow', reason: null, reasons: [], warnings, signals: warnings }
}
