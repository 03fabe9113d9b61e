import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadSettings } from '../kernel/config.ts'
import { silentLog } from '../kernel/log.ts'
import { Runtime } from '../kernel/runtime.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { Limits } from './limits.ts'

let database: TestDatabase
let time = Date.parse('2026-01-01T00:00:00Z')
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** A replica that exchanges when told to. */
function replica(): Limits {
  const made = new Limits(
    new Runtime({
      handle: database.handle,
      settings: loadSettings({ env: {}, home: '/nonexistent' }),
      ports: { fetch: () => Promise.reject(new Error('These tests call nobody.')) },
      log: silentLog,
      now: () => new Date(time),
    }),
  )
  void made.close()
  return made
}

async function take(from: Limits, times: number, limit: number): Promise<number> {
  const counter = from.of('caller')
  const all = await Promise.all(Array.from({ length: times }, () => counter.take('key_1', limit, time, 'org_a')))
  return all.filter(({ allowed }) => allowed).length
}

test('after an exchange the replicas know of each other: what one used the other does not give again', async () => {
  time += 600_000
  const [one, two] = [replica(), replica()]
  expect(await take(one, 60, 100)).toBe(60)
  await one.exchange()
  await two.exchange()
  expect(await take(two, 100, 100)).toBe(40)
  await two.exchange()
  await one.exchange()
  expect(await take(one, 10, 100)).toBe(0)
  time += 90_000
  await one.exchange()
  await two.exchange()
  // Half of the minute before still counts, on both.
  expect([await take(one, 100, 100), await take(two, 100, 100)]).toEqual([50, 50])
})

test('the overshoot of N replicas is at most what the others let through between two exchanges', async () => {
  time += 600_000
  const replicas = Array.from({ length: 4 }, replica)
  let through = 0
  const perInterval = 10
  for (let second = 0; second < 30; second += 1) {
    for (const one of replicas) through += await take(one, perInterval, 100)
    for (const one of replicas) await one.exchange()
  }
  expect(through).toBeGreaterThanOrEqual(100)
  expect(through).toBeLessThanOrEqual(100 + 3 * perInterval)
})

test('rows tell totals: a repeated exchange changes nothing, and only news are written', async () => {
  time += 600_000
  const one = replica()
  await take(one, 7, 100)
  for (let n = 0; n < 3; n += 1) await one.exchange()
  const rows = await database.handle.db.selectFrom('rate_usage').selectAll().execute()
  expect(rows.map(({ org_id, key, used }) => [org_id, key, Number(used)])).toEqual([['org_a', 'caller key_1', 7]])
  time += 180_000
  await one.exchange()
  expect(await database.handle.db.selectFrom('rate_usage').selectAll().execute()).toEqual([])
})

test('many replicas exchange at once without waiting for each other in a circle', async () => {
  time += 600_000
  const replicas = Array.from({ length: 6 }, replica)
  await Promise.all(replicas.map((one) => take(one, 3, 100)))
  await Promise.all(Array.from({ length: 5 }, () => Promise.all(replicas.map((one) => one.exchange()))))
  await Promise.all(replicas.map((one) => one.exchange()))
  expect(await take(replicas[0] as Limits, 200, 100)).toBe(100 - 18)
})

test('a replica that cannot reach the database goes on with its own counts', async () => {
  time += 600_000
  const one = replica()
  await take(one, 4, 10)
  const broken = vi.spyOn(database.handle.db, 'getExecutor').mockImplementation(() => {
    throw new Error('no database')
  })
  await one.exchange()
  broken.mockRestore()
  expect(await take(one, 20, 10)).toBe(6)
})

test('limits of different kinds with one key are counted apart', async () => {
  time += 600_000
  const [one, two] = [replica(), replica()]
  await one.of('address').take('x', 5, time)
  await one.exchange()
  await two.exchange()
  expect((await two.of('address').peek('x', 5, time)).remaining).toBe(3)
  expect((await two.of('look_up').peek('x', 5, time)).remaining).toBe(4)
})
