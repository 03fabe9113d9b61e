import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gradeAct, loadSqlParser } from '#core/evidence/index'
import { ActFields } from '#core/guard/index'
import type { ToolCall } from './calls.rules.ts'
import { readTranscript } from './read.rules.ts'
import { guardRequests } from './requests.rules.ts'

const calls = ['claude-code.jsonl', 'codex.jsonl'].flatMap((name) => {
  return readTranscript(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')).calls
})
const call = (tool: string, input: ToolCall['input']): ToolCall => {
  return { format: 'codex', line: 1, callId: 'c', tool, input, at: null, cwd: null, sessionId: null }
}
const requestsOf = (tool: string, input: ToolCall['input']) =>
  guardRequests(call(tool, input)).map(({ request }) => request)

test('every call of both recordings becomes a request that guard accepts', () => {
  for (const one of calls) {
    const requests = guardRequests(one)
    expect(requests.length).toBeGreaterThan(0)
    for (const { request, summary } of requests) {
      expect(ActFields.safeParse(request).error).toBeUndefined()
      expect(summary).not.toBe('')
      expect(request.tool?.['name']).toBe(one.tool)
    }
  }
})

test('what a tool does becomes evidence', async () => {
  await loadSqlParser()
  const dangerOf = (id: string): string[] => {
    const one = calls.find(({ callId }) => callId === id)
    return one === undefined
      ? []
      : guardRequests(one).map(({ request }) => (request.act ? gradeAct(request.act).danger : 'no act'))
  }
  expect(dangerOf('t2')).toEqual(['catastrophic'])
  expect(dangerOf('t6')).not.toEqual(['none'])
  expect(dangerOf('c1')).not.toContain('catastrophic')
  expect(dangerOf('t8')).toEqual(['no act'])
})

test('the text that a shell is started with is the command', () => {
  expect(requestsOf('shell', { command: ['/bin/bash', '-lc', 'ls | wc -l'] })[0]?.act).toEqual({
    kind: 'shell',
    command: 'ls | wc -l',
  })
  expect(requestsOf('shell', { command: ['ls', "it's here"] })[0]?.act).toEqual({
    kind: 'shell',
    command: String.raw`ls 'it'\''s here'`,
  })
})

test('a patch is asked about file by file, each with the lines it brings in', () => {
  const patch =
    '*** Begin Patch\n*** Add File: a.ts\n+one\n+two\n*** Delete File: b.ts\n*** Update File: c.ts\n*** Move to: d.ts\n@@\n-x\n+y\n*** End Patch'
  const requests = requestsOf('apply_patch', { input: patch })
  expect(requests.map(({ write_paths: paths }) => paths)).toEqual([['a.ts'], ['b.ts'], ['c.ts'], ['d.ts']])
  expect(requests[0]?.act).toEqual({ kind: 'file', file: { path: 'a.ts', content_excerpt: 'one\ntwo', bytes: 7 } })
})

test('what is longer than guard takes is cut and marked, and still accepted', () => {
  const [shell] = guardRequests(call('Bash', { command: `echo ${'x'.repeat(20_000)}` }))
  const [write] = guardRequests(call('Write', { file_path: 'big.txt', content: 'y'.repeat(200_000) }))
  for (const one of [shell, write]) {
    expect(one?.cut).toBe(true)
    expect(ActFields.safeParse(one?.request).success).toBe(true)
  }
})

test('characters that cannot be stored do not make guard refuse the request', () => {
  const [request] = requestsOf('Bash', { command: 'echo \0\uD800' })
  expect(request?.act).toEqual({ kind: 'shell', command: 'echo \uFFFD\uFFFD' })
})

test('names from the prototype are tools like any unknown one', () => {
  for (const tool of ['constructor', '__proto__', 'toString']) {
    expect(requestsOf(tool, { a: 1 })[0]).toMatchObject({ action_type: 'other', tool: { name: tool } })
  }
})
