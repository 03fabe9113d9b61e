import { afterEach, expect, test, vi } from 'vitest'
import { ago, harmless, program, sayTable, sentences } from './terminal.ts'

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

test('a terminal that is too narrow for the columns gets paragraphs, whole and within its width', () => {
  const { columns } = process.stdout
  process.stdout.columns = 60
  const id = `act_${'0'.repeat(36)}`
  const told = printed(() => sayTable(['ACTION', 'AGENT', 'TYPE', 'GOAL'], [[id, 'builder', null, 'word '.repeat(30)]]))
  process.stdout.columns = columns
  expect(told).toContain(`${id}\n  agent builder\n  word word`)
  for (const line of told.split('\n')) expect(line.length).toBeLessThanOrEqual(60)
})

test('what a person is told to run is what they ran', () => {
  expect(program({ npm_package_name: 'writ', npm_lifecycle_event: 'start' })).toBe('npm run writ --')
  expect(program({ npm_package_name: 'shop', npm_lifecycle_event: 'deploy' })).toBe('writ')
  expect(program({})).toBe('writ')
})

test('reasons are told as sentences, whether or not they end like one', () => {
  expect(sentences(['This changes production.', 'Ask first', 'Sure?'])).toBe(
    'This changes production. Ask first. Sure?',
  )
  expect(sentences([])).toBe('')
})

test('times are told in their largest whole unit', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  const told = ['2026-01-01T23:59:30Z', '2026-01-01T23:10:00Z', '2026-01-01T04:00:00Z', '2025-12-20T00:00:00Z']
  expect(told.map((at) => ago(at, now))).toEqual(['30 s', '50 min', '20 h', '13 d'])
})
