import { z } from 'zod'
import { outcomeStatuses, type ActionRow } from './schema.ts'
import type { OutcomeStatus } from './tables.ts'

export const Outcome = z
  .object({
    action_id: z.string(),
    status: z.enum(outcomeStatuses),
    outcome_at: z.iso.datetime().nullable(),
    summary: z.string().nullable(),
    error_message: z.string().nullable(),
    progress: z.record(z.string(), z.unknown()).nullable(),
    elapsed_ms: z.int(),
    retry: z.enum(['SKIP', 'RETRY', 'WAIT', 'VERIFY_THEN_RETRY', 'CLEANUP_THEN_RETRY']),
    advice: z.string(),
  })
  .meta({ id: 'Outcome' })

export function outcomeOf(row: ActionRow, now = row.outcome_at ?? row.updated_at) {
  const end = row.outcome_at ?? now
  return {
    action_id: row.action_id,
    status: row.outcome_status,
    outcome_at: row.outcome_at?.toISOString() ?? null,
    summary: row.outcome_summary,
    error_message: row.outcome_error,
    progress: row.outcome_progress,
    elapsed_ms: Math.max(0, end.getTime() - row.timestamp_start.getTime()),
  }
}

/** What an agent should do when it finds an action in this state. A lost confirmation is unknown, never "safe to retry". */
export function retryAdvice(status: OutcomeStatus): Pick<z.output<typeof Outcome>, 'retry' | 'advice'> {
  switch (status) {
    case 'completed':
      return { retry: 'SKIP', advice: 'It is done.' }
    case 'failed':
      return { retry: 'RETRY', advice: 'It did not happen. Ask guard again before you retry.' }
    case 'pending':
      return { retry: 'WAIT', advice: 'It is not finished, or its outcome is still to be reported.' }
    case 'partial':
      return {
        retry: 'CLEANUP_THEN_RETRY',
        advice: 'Part of it happened. Clean up (a new action with parent_action_id), then retry.',
      }
    case 'lost_confirmation':
      return {
        retry: 'VERIFY_THEN_RETRY',
        advice:
          'Nobody reported how it ended, so its effect may have happened. Check the effect itself first, and retry with an idempotency key of the target system.',
      }
    default:
      return status satisfies never
  }
}
