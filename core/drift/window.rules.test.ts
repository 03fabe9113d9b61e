import { expect, test } from 'vitest'
import { currentDays, firstPicture } from './window.rules.ts'

const daily = (n: number, days: number) =>
  Array.from({ length: days }, (_, index) => ({ day: `2026-03-${String(index + 1).padStart(2, '0')}`, n }))

test('the first picture is a week, longer for who does little, four weeks at the most', () => {
  expect(firstPicture([])).toBeUndefined()
  expect(firstPicture(daily(500, 28))).toEqual({ first: '2026-03-01', last: '2026-03-07' })
  expect(firstPicture(daily(10, 28))).toEqual({ first: '2026-03-01', last: '2026-03-10' })
  expect(firstPicture(daily(1, 28))).toEqual({ first: '2026-03-01', last: '2026-03-28' })
})

test('the current days never touch the baseline', () => {
  const baseline = { first: '2026-02-26', last: '2026-03-04' }
  expect(currentDays(baseline, '2026-03-20', 7)).toEqual({ first: '2026-03-14', last: '2026-03-20' })
  expect(currentDays(baseline, '2026-03-06', 7)).toEqual({ first: '2026-03-05', last: '2026-03-06' })
  expect(currentDays(baseline, '2026-03-04', 7)).toBeUndefined()
})
