import { afterAll, beforeAll, expect, test } from 'vitest'
import { testRuntime, type TestRuntime } from '#core/testing/context'
import { consumeRecord, findRecord, keepRecord, putRecord, sweepRecords } from './records.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const draft = (expiresAt: Date) => ({ payload: { a: 1 }, grantId: null, userCode: null, expiresAt })

test('of 16 parallel uses one is told true, and a record that was used stays so when it is written again', async () => {
  const { db } = server.runtime
  await putRecord(db, 'AuthorizationCode', 'code', draft(new Date(Date.now() + 1000)))
  const told = await Promise.all(
    Array.from({ length: 16 }, () => consumeRecord(db, 'AuthorizationCode', 'code', new Date())),
  )
  expect(told.filter(Boolean)).toHaveLength(1)
  await putRecord(db, 'AuthorizationCode', 'code', draft(new Date(Date.now() + 2000)))
  expect((await findRecord(db, 'AuthorizationCode', 'code'))?.consumedAt).not.toBeNull()
  expect(await consumeRecord(db, 'AuthorizationCode', 'code', new Date())).toBe(false)
  expect(await consumeRecord(db, 'RefreshToken', 'code', new Date())).toBe(false)
})

test('the sweep takes what ran out a day ago, so many at a time, and leaves what is kept', async () => {
  const { db } = server.runtime
  const now = new Date(Date.now() + 40 * 86_400_000)
  const old = new Date(now.getTime() - 2 * 86_400_000)
  await db.deleteFrom('oauth_record').execute()
  for (const id of ['a', 'b', 'c', 'd']) await putRecord(db, 'Client', id, draft(old))
  await keepRecord(db, 'Client', 'd', now)
  await putRecord(db, 'Client', 'e', draft(new Date(now.getTime() - 3_600_000)))
  const left = async () => (await db.selectFrom('oauth_record').select('id').execute()).length
  await sweepRecords(db, now, 2)
  expect(await left()).toBe(3)
  await sweepRecords(db, now, 2)
  expect(await left()).toBe(2)
  await sweepRecords(db, now, 2)
  expect(await left()).toBe(2)
})
