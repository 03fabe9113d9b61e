import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../testing/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await database.handle.query('CREATE TABLE thing (id int8 PRIMARY KEY, note text)')
})
afterAll(() => database.close())

const ids = async () => {
  const { rows } = await database.handle.query<{ id: number }>('SELECT id FROM thing ORDER BY id')
  return rows.map(({ id }) => id)
}

test('values arrive as the JavaScript types that rows are declared with', async () => {
  const at = new Date('2026-11-21T10:20:30.456Z')
  const { rows } = await database.handle.query(
    `SELECT $1::int8 AS big, $2::timestamptz AS at, $3::bytea AS bytes, $4::jsonb AS doc, $5::text[] AS list,
      count(*) AS n, '2026-11-21'::date AS day, 1.50::numeric AS exact, ARRAY[1, 2]::int8[] AS bigs, NULL::text AS none`,
    [2 ** 52, at, Buffer.from([0, 1, 255]), JSON.stringify({ a: [1, 'ü'] }), ['a"\\,{}', '', 'b']],
  )
  expect(rows).toEqual([
    {
      big: 2 ** 52,
      at,
      bytes: Buffer.from([0, 1, 255]),
      doc: { a: [1, 'ü'] },
      list: ['a"\\,{}', '', 'b'],
      n: 1,
      day: '2026-11-21',
      exact: '1.50',
      bigs: [1, 2],
      none: null,
    },
  ])
})

test('an integer beyond 2^53 is an error, never a neighbouring number', async () => {
  await expect(database.handle.query(`SELECT 9007199254740993::int8 AS x`)).rejects.toThrow('9007199254740993')
})

test('arrays of every type used in batches go through unnest', async () => {
  const at = new Date('2026-01-02T03:04:05.006Z')
  const { rows } = await database.handle.query(
    `SELECT * FROM unnest($1::text[], $2::bytea[], $3::int8[], $4::timestamptz[], $5::jsonb[], $6::bool[])
      AS row (t, b, i, at, j, f)`,
    [
      ['quote"\\', null],
      [Buffer.from([0, 92, 34]), new Uint8Array([7])],
      [2 ** 52, -1],
      [at, null],
      [{ deep: ['"', '\\'] }, JSON.stringify(['list'])],
      [true, false],
    ],
  )
  expect(rows).toEqual([
    { t: 'quote"\\', b: Buffer.from([0, 92, 34]), i: 2 ** 52, at, j: { deep: ['"', '\\'] }, f: true },
    { t: null, b: Buffer.from([7]), i: -1, at: null, j: ['list'], f: false },
  ])
})

test('statements in flight together each get their own answer or error', async () => {
  const { query } = database.handle
  const answers = await Promise.allSettled([
    query('SELECT 1 AS x'),
    query('SELECT nothing_of_this_name'),
    query('SELECT $1::int AS x', [3]),
    query('SELECT 1 / 0'),
    query('SELECT $1::int AS x', [5]),
  ])
  const told = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.rows : answer.reason.code))
  expect(told).toEqual([[{ x: 1 }], '42703', [{ x: 3 }], '22012', [{ x: 5 }]])
})

test('a statement from outside never runs inside an open transaction', async () => {
  const { db, query } = database.handle
  let outside: Promise<unknown> = Promise.resolve()
  const failing = db.transaction().execute(async (transaction) => {
    await sql`INSERT INTO thing VALUES (1, 'inside')`.execute(transaction)
    outside = Promise.all([
      query(`INSERT INTO thing VALUES (2, 'outside')`),
      sql`INSERT INTO thing VALUES (3, 'outside')`.execute(db),
    ])
    await sql`INSERT INTO thing VALUES (4, 'inside')`.execute(transaction)
    throw new Error('roll back')
  })
  await expect(failing).rejects.toThrow('roll back')
  await outside
  expect(await ids()).toEqual([2, 3])
})

test('transactions started together all finish, and a failed one leaves nothing behind', async () => {
  const { db, query } = database.handle
  await query('TRUNCATE thing')
  const work = Array.from({ length: 12 }, (_, id) =>
    db.transaction().execute(async (transaction) => {
      await sql`INSERT INTO thing VALUES (${id}, 'x')`.execute(transaction)
      if (id % 3 === 0) await sql`SELECT 1 / 0`.execute(transaction)
      await sql`UPDATE thing SET note = 'done' WHERE id = ${id}`.execute(transaction)
    }),
  )
  await Promise.allSettled(work)
  expect(await ids()).toEqual([1, 2, 4, 5, 7, 8, 10, 11])
})

test('rows changed are counted the same way on both roads', async () => {
  const { db, query } = database.handle
  await query('TRUNCATE thing')
  const inserted = await query(`INSERT INTO thing SELECT g, 'x' FROM generate_series(1, 5) g`)
  const removed = await sql`DELETE FROM thing WHERE id > 3`.execute(db)
  expect([inserted.rowCount, removed.numAffectedRows]).toEqual([5, 2n])
})

test('a notification reaches its listeners, after the commit and not after a rollback', async () => {
  const { db, listen, notify } = database.handle
  const heard: string[] = []
  const three = new Promise<void>((done) => {
    void listen('things', (payload) => {
      heard.push(payload)
      if (payload === 'last') done()
    })
  })
  const stop = await listen('things', () => {})
  await stop()
  await notify('things', 'direct')
  const rolledBack = db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_notify('things', 'rolled back')`.execute(transaction)
    throw new Error('no')
  })
  await expect(rolledBack).rejects.toThrow('no')
  await notify('things', 'last')
  await three
  expect(heard).toEqual(['direct', 'last'])
})

test('a large result arrives whole', async () => {
  const { rows } = await database.handle.query<{ r: string }>(
    `SELECT repeat('y', 300) AS r FROM generate_series(1, 20000)`,
  )
  expect([rows.length, rows.at(-1)?.r.length]).toEqual([20_000, 300])
})

test('after close every call says that the database is not available', async () => {
  const other = await testDatabase()
  await other.handle.ping()
  await other.close()
  await expect(other.handle.query('SELECT 1')).rejects.toMatchObject({ code: 'unavailable' })
})
