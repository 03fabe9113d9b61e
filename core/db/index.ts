export { openDatabase, type DatabaseConfig } from './open.ts'
export type { DatabaseHandle, DatabaseLog, QueryResult, Row } from './engine.ts'
export type { Database } from './database.ts'
export { migrate, schemaState, type Migration, type SchemaState } from './migrate.ts'
