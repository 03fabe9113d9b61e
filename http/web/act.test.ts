import { expect, test } from 'vitest'
import { piecesOf, shownAct, spelledOut } from './parts/act.rules.ts'

test('a command is shown as it would run, with its first line behind a prompt', () => {
  const act = shownAct({ act: { kind: 'shell', command: 'cd /tmp\nrm -rf *' } })
  expect(act).toMatchObject({ kind: 'shell', text: 'cd /tmp\nrm -rf *' })
  expect(act?.lines).toEqual([{ text: 'cd /tmp', mark: 'prompt' }, { text: 'rm -rf *' }])
})

test('a request is shown with method, address and body', () => {
  const request = { method: 'POST', url: 'https://a.example/x', body_excerpt: '{\n}' }
  const act = shownAct({ act: { kind: 'http', request } })
  expect(act?.lines.map(({ text }) => text)).toEqual(['POST https://a.example/x', '', '{', '}'])
})

test('what is written to a file is all new; what replaces text is a difference with its context', () => {
  const file = shownAct({ act: { kind: 'file', file: { path: 'a.txt', content_excerpt: 'one\ntwo', bytes: 7 } } })
  expect(file?.lines.slice(1).every(({ mark }) => mark === 'add')).toBe(true)
  const input = { file_path: 'a.yaml', old_string: 'a\nb\nc', new_string: 'a\nB\nB2\nc' }
  const edit = shownAct({ tool: { name: 'Edit', input }, act: { kind: 'shell', command: 'x' } })
  expect(edit?.lines.slice(1)).toEqual([
    { text: 'a' },
    { text: 'b', mark: 'remove' },
    { text: 'B', mark: 'add' },
    { text: 'B2', mark: 'add' },
    { text: 'c' },
  ])
})

test('without an act nothing is made up, whatever the request says', () => {
  expect(shownAct({})).toBeNull()
  for (const act of [null, 'rm', 7, [], { kind: 'other' }, { kind: 'http', request: null }]) {
    expect(shownAct({ act })).toBeNull()
  }
})

test('a line is cut where the guard found something, also where findings overlap', () => {
  const pieces = piecesOf('sudo rm -rf / && rm -rf x', ['rm -rf', 'rm -rf /', ''])
  expect(pieces.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(['rm -rf /', 'rm -rf'])
  expect(pieces.map(({ text }) => text).join('')).toBe('sudo rm -rf / && rm -rf x')
})

test('characters that hide or turn text around are spelled out', () => {
  const bidi = String.fromCodePoint(0x202e)
  const zero = String.fromCodePoint(0x200b)
  expect(spelledOut(`rm ${bidi}txt.${zero}sh\u001b[0m`)).toBe(String.raw`rm \u{202e}txt.\u{200b}sh\u{1b}[0m`)
  expect(spelledOut('naïve — 日本語\ttab\n')).toBe('naïve — 日本語\ttab\n')
})
