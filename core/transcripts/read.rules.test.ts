import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readTranscript } from './read.rules.ts'

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

test('a Claude Code recording: every tool call once, with its line, session and directory', () => {
  const { format, calls } = readTranscript(fixture('claude-code.jsonl'))
  expect(format).toBe('claude-code')
  expect(calls.map(({ tool, line }) => `${line} ${tool}`)).toEqual([
    '3 Bash',
    '6 Bash',
    '6 Write',
    '6 MultiEdit',
    '7 WebFetch',
    '7 mcp__db__query',
    '7 Grep',
    '7 Teleport',
  ])
  expect(calls[0]).toMatchObject({
    callId: 't1',
    cwd: '/home/dev/shop',
    sessionId: 's-claude',
    at: '2026-03-01T10:00:01.000Z',
  })
})

test('a Codex rollout: calls of every kind, with the directory of their turn or their own', () => {
  const { format, calls, problems } = readTranscript(fixture('codex.jsonl'))
  expect(format).toBe('codex')
  expect(problems).toEqual([])
  expect(calls.map(({ tool, cwd }) => `${tool} ${cwd}`)).toEqual([
    'exec_command /home/dev/api/v3',
    'shell /home/dev/api/v2',
    'apply_patch /home/dev/api/v2',
    'mcp__docs__search /home/dev/api/v2',
    'local_shell /home/dev/api/v2',
    'web_search /home/dev/api/v2',
    'update_plan /home/dev/api/v2',
  ])
  expect(calls.every(({ sessionId }) => sessionId === 's-codex')).toBe(true)
  expect(calls.at(-1)?.input).toEqual({ input: 'not json' })
})

test('a line cut off in the middle is told, and the rest is read', () => {
  const { calls, problems } = readTranscript(fixture('claude-code.jsonl'))
  expect(calls).toHaveLength(8)
  expect(problems).toEqual(['line 8 is not a JSON object'])
})

test('text that is no recording has no format', () => {
  expect(readTranscript('{"hello":"world"}\n[1]\n').format).toBeNull()
  expect(readTranscript('').calls).toEqual([])
})
