import { expect, test } from 'vitest'
import { MinuteCounter, type Verdict } from './minute-counter.ts'

const counter = (maxKeys = 100): MinuteCounter => new MinuteCounter(maxKeys, 0)

async function takeMany(from: MinuteCounter, times: number, limit: number, at: number): Promise<number> {
  const verdicts = await Promise.all(Array.from({ length: times }, () => from.take('a', limit, at)))
  return verdicts.filter(({ allowed }) => allowed).length
}

test('lets exactly the limit through in a minute, however many ask at once', async () => {
  expect(await takeMany(counter(), 50, 6, 1000)).toBe(6)
})

test('weighs the minute before by the part that still counts', async () => {
  const limit = counter()
  await takeMany(limit, 10, 10, 59_000)
  expect(await limit.take('a', 10, 60_000)).toMatchObject({ allowed: false })
  expect(await takeMany(limit, 10, 10, 90_000)).toBe(5)
})

test('forgets after two minutes', async () => {
  const limit = counter()
  await takeMany(limit, 10, 10, 0)
  expect(await limit.take('a', 10, 180_000)).toMatchObject({ allowed: true, remaining: 9 })
})

test('tells what is left and when the window ends', async () => {
  expect(await counter().take('a', 10, 45_000)).toEqual({ allowed: true, limit: 10, remaining: 9, reset: 15 })
})

test('looks without counting', async () => {
  const limit = counter()
  for (let index = 0; index < 5; index += 1) expect((await limit.peek('a', 1, 0)).allowed).toBe(true)
  expect((await limit.take('a', 1, 0)).allowed).toBe(true)
  expect((await limit.peek('a', 1, 0)).allowed).toBe(false)
  expect((await limit.peek('a', 1, 180_000)).allowed).toBe(true)
})

test('keeps callers apart, gives back what was not used, and a clock that steps back changes nothing', async () => {
  const limit = counter()
  await limit.take('a', 1, 60_000)
  expect((await limit.take('b', 1, 60_000)).allowed).toBe(true)
  await limit.giveBack('a', 60_000)
  expect((await limit.take('a', 1, 60_000)).allowed).toBe(true)
  expect((await limit.take('a', 1, 59_000)).allowed).toBe(false)
})

test('a flood of keys takes bounded memory, and none of them gets more than its limit', async () => {
  const limit = counter(100)
  await limit.take('busy', 2, 0)
  let last: Verdict | undefined
  for (let n = 0; n < 20_000; n += 1) last = await limit.take(`flood ${n}`, 2, 0)
  expect(limit.keys).toBeLessThanOrEqual(100 + 1024)
  expect(last?.allowed).toBe(false)
  // Who came before the flood keeps its own count, and nobody starts anew.
  expect((await limit.take('busy', 2, 0)).allowed).toBe(true)
  expect((await limit.take('busy', 2, 0)).allowed).toBe(false)
  expect((await limit.take('flood 5', 2, 180_000)).allowed).toBe(true)
})

test('counts what it learns of other replicas, in this minute and in the one before', async () => {
  const limit = counter()
  await limit.take('a', 10, 60_000)
  limit.learn(1, new Map([['a', 8]]))
  expect(await limit.take('a', 10, 60_000)).toMatchObject({ allowed: true, remaining: 0 })
  expect((await limit.take('a', 10, 60_000)).allowed).toBe(false)
  expect(await limit.peek('b', 10, 60_000)).toMatchObject({ remaining: 9 })
  // Half of the ten still count in the middle of the next minute.
  expect(await takeMany(limit, 10, 10, 150_000)).toBe(5)
  const late = counter()
  late.learn(0, new Map([['a', 10]]))
  late.learn(-1, new Map([['a', 10]]))
  expect((await late.take('a', 10, 0)).allowed).toBe(false)
  expect(limit.used(150_000)).toEqual([
    { orgId: '', key: 'a', minute: 1, used: 2 },
    { orgId: '', key: 'a', minute: 2, used: 5 },
  ])
})
