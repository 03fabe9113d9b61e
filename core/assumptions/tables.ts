export interface AssumptionTable {
  readonly org_id: string
  readonly assumption_id: string
  readonly action_id: string
  readonly agent_id: string
  readonly assumption: string
  readonly basis: string | null
  validated: boolean
  invalidated: boolean
  invalidated_reason: string | null
  validated_at: Date | null
  invalidated_at: Date | null
  readonly created_by: string
  readonly created_at: Date
}
