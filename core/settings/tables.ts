import type { ColumnType } from 'kysely'

export interface OrgSettingTable {
  readonly org_id: string
  readonly key: string
  value: ColumnType<unknown, string, string>
  updated_at: Date
  updated_by: string
}

export interface OrgSecretTable {
  readonly org_id: string
  readonly name: string
  /** Encrypted under the instance's secret key, bound to org and name. */
  value_encrypted: Buffer
  /** Its last four characters, or none when it is short. */
  shown: string
  updated_at: Date
  updated_by: string
}
