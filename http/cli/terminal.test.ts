import { afterEach, expect, test, vi } from 'vitest'
import { ago, harmless, sayTable } from './terminal.ts'

afterEach(() => vi.restoreAllMocks())

function printed(work: () => void): string {
  let text = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk: string | Uint8Array) => {
    text += String(chunk)
    return true
  })
  work()
  return text
}

test('what an agent wrote cannot steer the terminal of the person who reads it', () => {
  const hostile = 'ok\u001B[2J\u001B]0;owned\u0007\r\n\u202Etxt.exe\u2028'
  expect(harmless(hostile)).not.toMatch(/[\p{Cc}\u2028\u202E]/u)
  const table = printed(() => sayTable(['ACTION', 'GOAL'], [['act_1\u001B[31m', hostile]]))
  for (const steering of ['\u001B', '\u0007', '\u202E']) expect(table).not.toContain(steering)
})

test('a table holds every row, cuts long cells and wraps the last', () => {
  const table = printed(() =>
    sayTable(
      ['A', 'B', 'C'],
      [
        [1, 'x'.repeat(80), `${'word '.repeat(60)}end`],
        [null, 'b', 'c'],
      ],
    ),
  )
  expect(table).toContain(`${'x'.repeat(43)}…`)
  expect(table).toContain('end')
  expect(table.split('\n').length).toBeGreaterThan(4)
  expect(table).toMatch(/^- +b +c$/m)
})

test('times are told in their largest whole unit', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  const told = ['2026-01-01T23:59:30Z', '2026-01-01T23:10:00Z', '2026-01-01T04:00:00Z', '2025-12-20T00:00:00Z']
  expect(told.map((at) => ago(at, now))).toEqual(['30 s', '50 min', '20 h', '13 d'])
})
