import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '#core/testing/database'
import { deleteBefore } from './delete-before.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

test.each([
  [
    'event',
    sql`insert into event (org_id, seq, name, ref, payload, at) select 'o', n, 'x', null, '{}', to_timestamp(n) from generate_series(1, 1000) n`,
  ],
  [
    'guard_idempotency',
    sql`insert into guard_idempotency (org_id, key, digest, decision_id, at) select 'o', n::text, '', '', to_timestamp(n) from generate_series(1, 1000) n`,
  ],
] as const)('%s: all that is earlier goes, many statements later, and nothing else', async (table, fill) => {
  const { db } = database.handle
  await fill.execute(db)
  expect(await deleteBefore(db, table, new Date(701_000), { batch: 100 })).toBe(700)
  expect(await deleteBefore(db, table, new Date(701_000), { batch: 100 })).toBe(0)
  const left = await db.selectFrom(table).select('at').orderBy('at').execute()
  expect(left).toHaveLength(300)
  expect(left[0]?.at).toEqual(new Date(701_000))
})
