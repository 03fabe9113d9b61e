import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { callsIn } from './calls-in.ts'
import { readTranscript } from './read.rules.ts'

test.each(['claude-code.jsonl', 'codex.jsonl'])('%s: the same calls as reading every line', (name) => {
  const bytes = readFileSync(new URL(`fixtures/${name}`, import.meta.url))
  const found = [...callsIn(bytes)].map((call) => ({ ...call, line: 0 }))
  expect(found).toEqual(readTranscript(bytes.toString('utf8')).calls.map((call) => ({ ...call, line: 0 })))
  expect(found.length).toBeGreaterThan(0)
})

const call = (id: string) =>
  `${JSON.stringify({
    sessionId: 's1',
    type: 'assistant',
    message: { content: [{ type: 'tool_use', id, name: 'Bash', input: { command: 'ls "ü"' } }] },
  })}\n`

test('calls that a later file repeats are given once', () => {
  const seen = new Set<string>()
  const first = [...callsIn(Buffer.from(call('a') + call('b')), seen)]
  const second = [...callsIn(Buffer.from(call('b') + call('c')), seen)]
  expect([...first, ...second].map(({ callId }) => callId)).toEqual(['a', 'b', 'c'])
  expect(first[0]?.input).toEqual({ command: 'ls "ü"' })
})

test('lines that are cut off, empty, or only look like calls are passed over', () => {
  const odd = `{"a":"tool_use\\""}\n\nnot json tool_use"\n${call('a')}${call('b').slice(0, 60)}`
  expect([...callsIn(Buffer.from(odd))].map(({ callId }) => callId)).toEqual(['a'])
  expect([...callsIn(Buffer.alloc(0))]).toEqual([])
})
