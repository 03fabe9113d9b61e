import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fault } from '../kernel/errors.ts'
import { invoke } from '../kernel/invoke.ts'
import { ready } from './ready.op.ts'
import { testSystem, type TestSystem } from './test-system.ts'

let system: TestSystem
beforeAll(async () => {
  system = await testSystem()
})
afterAll(() => system.close())

const ask = (of: TestSystem = system) => invoke(ready, of.context(), {})

async function refusal(of: TestSystem = system): Promise<Fault> {
  const thrown: unknown = await ask(of).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof Fault) return thrown
  throw new Error('A refusal was expected.')
}

test('200 when the database answers and its schema is complete', async () => {
  expect(await ask()).toEqual({ status: 'ready', engine: system.runtime.handle.engine })
})

test('503 that names the migrations that are missing', async () => {
  const { db } = system.runtime
  const newest = await db
    .selectFrom('schema_migration')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  await db.deleteFrom('schema_migration').where('id', '=', newest.id).execute()
  const fault = await refusal()
  expect(fault).toMatchObject({ status: 503, code: 'SCHEMA_NOT_INITIALIZED', data: { status: 'not_ready' } })
  expect(fault.message).toContain(newest.id)
  await db.insertInto('schema_migration').values({ id: newest.id }).execute()
  expect((await ask()).status).toBe('ready')
})

test('503 on a database without any schema', async () => {
  const empty = await testSystem()
  await sql`drop table schema_migration`.execute(empty.runtime.db)
  expect(await refusal(empty)).toMatchObject({ status: 503, code: 'SCHEMA_NOT_INITIALIZED' })
  await empty.close()
})

test('503 when the database is closed', async () => {
  const away = await testSystem()
  await away.close()
  expect(await refusal(away)).toMatchObject({
    status: 503,
    code: 'DB_CONNECTION_FAILED',
    data: { status: 'not_ready' },
  })
})

test('503 within about two seconds when the database hangs', async () => {
  const { db } = system.runtime
  // Blocks the read on both engines: the embedded one has one session, PostgreSQL a lock on the table.
  const blocking = db.transaction().execute(async (trx) => {
    await sql`lock table schema_migration in access exclusive mode`.execute(trx)
    await sql`select pg_sleep(4)`.execute(trx)
  })
  const started = performance.now()
  expect(await refusal()).toMatchObject({ code: 'DB_CONNECTION_FAILED' })
  expect(performance.now() - started).toBeLessThan(3000)
  await blocking
  expect((await ask()).status).toBe('ready')
})
