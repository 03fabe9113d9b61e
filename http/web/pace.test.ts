import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pace } from './api/pace.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a thousand words a second for ten seconds are a run every five seconds, and the last is not lost', async () => {
  let runs = 0
  const pace = new Pace(() => Promise.resolve((runs += 1)), 5000)
  for (let n = 0; n < 10_000; n += 1) {
    pace.tell()
    await vi.advanceTimersByTimeAsync(1)
  }
  expect(runs).toBe(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(runs).toBe(3)
})

test('what is told during a slow run waits for its end, and a run that failed is no last one', async () => {
  const ends: (() => void)[] = []
  const pace = new Pace(() => new Promise((_, reject) => ends.push(() => reject(new Error('not reached')))))
  pace.tell()
  await vi.advanceTimersByTimeAsync(200)
  for (let n = 0; n < 5; n += 1) pace.tell()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await vi.advanceTimersByTimeAsync(200)
  expect(ends).toHaveLength(2)
})

test('nothing runs after the end', async () => {
  let runs = 0
  const pace = new Pace(() => Promise.resolve((runs += 1)))
  pace.tell()
  pace.stop()
  await vi.advanceTimersByTimeAsync(1000)
  expect(runs).toBe(0)
})
