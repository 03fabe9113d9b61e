import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { ApprovalTable } from './tables.ts'

export const Approval = z
  .object({
    id: z.string(),
    action_id: z.string(),
    decision_id: z.string(),
    state: z.enum(['pending', 'approved', 'denied', 'expired', 'withdrawn']),
    act_digest: z.string(),
    risk_score: z.int(),
    matched_policies: z.array(z.string()),
    agent_id: z.string(),
    requested_by: z.string(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    decided_by: z.string().nullable(),
    decided_at: z.iso.datetime().nullable(),
    reasoning: z.string().nullable(),
    grant_policy_id: z.string().nullable(),
    released_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Approval' })

export function approvalToWire(row: Selectable<ApprovalTable>): z.output<typeof Approval> {
  const { org_id: _, policy_revision: __, released_to: ___, ...rest } = row
  return {
    ...rest,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    released_at: row.released_at?.toISOString() ?? null,
  }
}
