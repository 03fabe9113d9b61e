export interface OrganizationTable {
  readonly org_id: string
  name: string
  readonly created_at: Date
  halted_at: Date | null
  halted_by: string | null
  halt_reason: string | null
}
