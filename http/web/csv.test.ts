import { expect, test } from 'vitest'
import { csvOf } from './parts/csv.rules.ts'

test('lines end with CR and LF, and what would part a cell is quoted', () => {
  expect(
    csvOf(
      ['name', 'usd'],
      [
        ['a, "b"\nc', 0.25],
        [null, -1],
      ],
    ),
  ).toBe('name,usd\r\n"a, ""b""\nc",0.25\r\n,-1\r\n')
})

test.each(['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', '\tx'])('%j is no formula', (name) => {
  expect(csvOf(['name'], [[name]])).toMatch(/^name\r\n"?'/)
})
