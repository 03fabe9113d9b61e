import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { transact } from './transact.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

/** As the database raises it. */
const raise = (state: string) =>
  sql`do ${sql.raw(`$$ begin raise exception 'lost' using errcode = '${state}'; end $$`)}`

test.each(['40P01', '40001'])('%s runs the work again, and nothing of the failed runs stays', async (state) => {
  const { orgId } = await testOrg(server.runtime)
  let runs = 0
  const done = await transact(server.runtime.db, async (trx) => {
    runs += 1
    await trx
      .updateTable('organization')
      .set((eb) => ({ name: eb.fn('concat', ['name', sql.lit('!')]) }))
      .where('org_id', '=', orgId)
      .execute()
    if (runs < 3) await raise(state).execute(trx)
    return runs
  })
  expect(done).toBe(3)
  const org = server.runtime.db.selectFrom('organization').select('name').where('org_id', '=', orgId)
  expect((await org.executeTakeFirstOrThrow()).name).toBe('Test!')
})

test.each([
  ['40P01', 3],
  ['23505', 1],
])('%s is told in the end, after %s runs', async (state, expected) => {
  let runs = 0
  const doomed = transact(server.runtime.db, (trx) => {
    runs += 1
    return raise(state).execute(trx)
  })
  await expect(doomed).rejects.toMatchObject({ code: state })
  expect(runs).toBe(expected)
})
