import { afterAll, beforeAll, expect, test } from 'vitest'
import { testRuntime, type TestRuntime } from '#core/testing/context'
import { sweepDays, takeOfDay } from './day.store.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('of fifty calls at once as many pass as the day allows; the next day starts anew', async () => {
  const limit = { orgId: 'org_a', kind: 'k', perDay: 20 }
  const at = new Date('2026-03-01T22:00:00Z')
  const take = () => takeOfDay(server.runtime.db, limit, at)
  const verdicts = await Promise.all(Array.from({ length: 50 }, take))
  expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(20)
  expect(await take()).toEqual({ allowed: false, limit: 20, remaining: 0, reset: 7200 })
  const next = await takeOfDay(server.runtime.db, limit, new Date('2026-03-02T00:00:00Z'))
  expect(next).toEqual({ allowed: true, limit: 20, remaining: 19, reset: 86_400 })
  await sweepDays(server.runtime)
  expect(await server.runtime.db.selectFrom('request_day').selectAll().execute()).toEqual([])
})
