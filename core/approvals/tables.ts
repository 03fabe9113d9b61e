export type ApprovalState = 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn'

export interface ApprovalTable {
  readonly org_id: string
  readonly id: string
  readonly action_id: string
  readonly decision_id: string
  state: ApprovalState
  /** The approval covers this act and no other. */
  readonly act_digest: string
  readonly policy_revision: number
  /** What the person was shown: a graver act, or one that more rules ask about, is not covered. */
  readonly risk_score: number
  readonly matched_policies: string[]
  readonly agent_id: string
  readonly requested_by: string
  readonly created_at: Date
  readonly expires_at: Date
  decided_by: string | null
  decided_at: Date | null
  reasoning: string | null
  /** The time-boxed grant made with it, when the approver allowed more of the same. */
  grant_policy_id: string | null
  released_at: Date | null
  released_to: string | null
}
