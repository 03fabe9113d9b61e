import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '#core/testing/database'
import { encryptedColumns, type EncryptedColumn } from './columns.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** Bytes that anybody may read: hashes and public keys. */
const open = new Set([
  'ledger_checkpoint.root',
  'ledger_entry.leaf_hash',
  'ledger_head.frontier',
  'ledger_key.public_key',
  'ledger_tile.hash',
])

const listed = Object.values<EncryptedColumn>(encryptedColumns)

test('every column of bytes in the schema is either listed as encrypted or known to be public', async () => {
  const { rows } = await sql<{ name: string }>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and (data_type = 'bytea' or column_name like '%\_encrypted')`.execute(
    database.handle.db,
  )
  const expected = [...open, ...listed.map(({ table, column }) => `${table}.${column}`)]
  expect(rows.map(({ name }) => name).toSorted()).toEqual(expected.toSorted())
})

test.each(listed)('$table.$column is named by the primary key of its table', async ({ table, key }) => {
  const { rows } = await sql<{ name: string }>`
    select a.attname::text as name from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indrelid = ${table}::regclass and i.indisprimary`.execute(database.handle.db)
  expect(rows.map(({ name }) => name).toSorted()).toEqual([...key].toSorted())
})

test('no two columns bind alike, so that no box opens in the place of another', () => {
  const bound = listed.map(({ boundTo, key }) => boundTo(...key.map(() => 'x')))
  expect(new Set(bound).size).toBe(bound.length)
})
