import type { ColumnType } from 'kysely'

export interface OrgSettingTable {
  readonly org_id: string
  readonly key: string
  value: ColumnType<unknown, string, string>
  updated_at: Date
  updated_by: string
}
