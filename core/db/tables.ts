import type { Generated } from 'kysely'

/** One row per migration that has run. */
export interface SchemaMigrationTable {
  readonly id: string
  readonly applied_at: Generated<Date>
}
