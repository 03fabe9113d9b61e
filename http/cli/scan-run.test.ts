import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadSqlParser } from '#core/evidence/index'
import { defaultRows, judgeOffline, rankOf, type PolicyRow } from '#core/policies/index'
import { secretsIn } from '#core/scans/index'
import { pem, SAMPLES } from '#core/scans/secret-samples'
import { readTranscript, toolRequests, type ToolCall } from '#core/transcripts/index'
import { historiesIn, type History } from './scan-files.ts'
import { scanHistories } from './scan-run.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writ-scan-run-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, lines: readonly string[], ending = '\n') =>
  writeFileSync(join(folder, `${name}.jsonl`), lines.map((line) => `${line}${ending}`).join(''))

const claude = (id: string, input: object, more: object = {}) =>
  JSON.stringify({
    sessionId: 's1',
    timestamp: '2026-11-01T10:00:00Z',
    type: 'assistant',
    message: {
      content: [
        { type: 'text', text: 'so' },
        { type: 'tool_use', id, name: 'Bash', input },
      ],
    },
    ...more,
  })
const answer = (id: string, content: string) =>
  JSON.stringify({
    sessionId: 's1',
    type: 'user',
    message: { content: [{ type: 'tool_result', tool_use_id: id, content }] },
  })
const codex = (type: string, payload: object) => JSON.stringify({ timestamp: '2026-11-01T23:30:00Z', type, payload })
const secret = (pattern: string) => SAMPLES.find(([name]) => name === pattern)?.[1] ?? ''

function putTrickyTree(): void {
  put('plain', [
    claude('p1', { command: 'rm -rf /' }),
    claude('p2', { command: 'rm -rf /' }),
    claude('p3', { command: 'psql shop -c "drop table customers"' }),
    claude('p4', { command: 'rm -rf src', description: 'tidy up' }),
    claude('p5', { command: 'git status' }, { timestamp: 'never' }),
    answer('p1', `export TOKEN=${secret('github_token')}\n${secret('jwt_token')}`),
    answer('p2', pem()),
  ])
  // Escapes hide the letters from a search of bytes, not from a reader of JSON.
  const escaped = claude('e1', { command: 'rm -rf ~' }).replace('rm -rf', '\\u0072\\u006d -rf')
  put('escaped', [escaped, answer('e1', secret('stripe_key')).replace('sk_live', '\\u0073k_live')])
  put(
    'windows',
    [claude('w1', { command: 'git push --force origin x' }), answer('w1', secret('api_key_generic'))],
    '\r\n',
  )
  put('broken', [
    claude('b1', { command: 'rm -rf /' }).slice(0, -20),
    '{"a":"tool_use\\""}',
    '',
    claude('b2', { command: 'ls "ü😀"' }),
    '\u0000',
  ])
  put('long', [
    claude('l1', { command: `echo ${'x'.repeat(300_000)}; rm -rf /` }),
    answer('l1', 'fox '.repeat(600_000) + secret('anthropic_key')),
  ])
  // Name and value stand in fields of their own.
  put('apart', [
    JSON.stringify({
      sessionId: 's1',
      name: 'api_key',
      value: 'aB3dE5fG7hJ9kL2mN4pQ6r',
      token: 'aB3dE5fG7hJ9kL2mN4pQ6r',
    }),
  ])
  put('again', [claude('p1', { command: 'rm -rf /' }), claude('a1', { command: 'rm -rf /' }, { sessionId: 's2' })])
  put('rollout', [
    codex('session_meta', { id: 's3', cwd: '/app' }),
    codex('response_item', {
      type: 'function_call',
      call_id: 'c1',
      name: 'exec_command',
      arguments: '{"cmd":"rm -rf ~"}',
    }),
    codex('response_item', {
      type: 'custom_tool_call',
      call_id: 'c2',
      name: 'apply_patch',
      input: '*** Begin Patch\n*** Update File: a.ts\n+x\n*** Add File: .env\n+A=1\n*** End Patch',
    }),
    codex('response_item', { type: 'function_call_output', call_id: 'c1', output: secret('database_url') }),
  ])
  put('empty', ['', ''])
}

/** The same, slowly: every line is parsed, every call judged, every run of characters read. */
async function scanSlowly(histories: readonly History[], rows: readonly PolicyRow[], read: (file: string) => Buffer) {
  await loadSqlParser()
  const judge = judgeOffline(rows)
  const calls = new Map<string, ToolCall>()
  const secrets = new Set<string>()
  for (const { path } of histories) {
    for (const call of readTranscript(read(path).toString('utf8')).calls)
      if (!calls.has(call.callId)) calls.set(call.callId, call)
    for (const { pattern, preview } of secretsIn(read(path), () => true)) secrets.add(`${path} ${pattern} ${preview}`)
  }
  const decisions = [...calls.values()].map((call) => {
    const at = new Date(call.at ?? Number.NaN)
    return toolRequests(call)
      .map(({ request }) => judge(request, Number.isNaN(at.getTime()) ? new Date() : at).verdict.decision)
      .reduce((worst, one) => (rankOf(one) > rankOf(worst) ? one : worst))
  })
  const counted = Object.groupBy(decisions, (decision) => decision)
  return {
    calls: calls.size,
    counts: Object.fromEntries(
      (['allow', 'warn', 'require_approval', 'block'] as const).map((one) => [one, counted[one]?.length ?? 0]),
    ),
    secrets: [...secrets].toSorted(),
  }
}

const late: PolicyRow[] = [
  {
    id: 'p1',
    name: 'Not at night, not in this session',
    policy_type: 'condition',
    rules: { when: 'now.getHours() > 22 || harness_session_id == "s2"', action: 'block' },
    active: true,
    agent_ids: null,
  },
]

test.each([
  ['policies of the start', defaultRows()],
  ['policies that look at time and session', late],
])('%s: the same as without any short cut', async (_name, rows) => {
  putTrickyTree()
  const histories = historiesIn([folder], null)
  const total = await scanHistories(histories, rows, () => {})
  const { readFileSync } = await import('node:fs')
  const slow = await scanSlowly(histories, rows, (file) => readFileSync(file))
  const secrets = total.secrets.map(({ file, pattern, preview }) => `${file} ${pattern} ${preview}`).toSorted()
  expect({ calls: total.calls, counts: total.counts, secrets }).toEqual(slow)
  expect(total.problems).toEqual([])
  expect(total.counts.block).toBeGreaterThan(1)
  expect(total.risky.reduce((sum, { times }) => sum + times, 0)).toBe(
    total.counts.block + total.counts.require_approval,
  )
})

test('more calls than one thread keeps up with are judged by those that read them, with the same answers', async () => {
  const commands = Array.from({ length: 400 }, (_, n) => (n % 4 === 0 ? `rm -rf src/part${n}` : `ls part${n}`))
  for (let file = 0; file < 12; file += 1)
    put(
      `many${file}`,
      commands.map((command, n) => claude(`m${file}_${n}`, { command: `${command}_${file}` })),
    )
  const total = await scanHistories(historiesIn([folder], null), defaultRows(), () => {})
  expect(total.calls).toBe(4800)
  expect(total.counts).toEqual({ allow: 3600, warn: 0, require_approval: 1200, block: 0 })
})

test('a file that cannot be read is told, and the others are judged', async () => {
  put('one', [claude('o1', { command: 'rm -rf /' })])
  const gone = { path: join(folder, 'gone.jsonl'), bytes: 1 }
  const total = await scanHistories([gone, ...historiesIn([folder], null)], defaultRows(), () => {})
  expect(total).toMatchObject({ files: 1, counts: { block: 1 } })
  expect(total.problems).toEqual([expect.stringContaining('gone.jsonl')])
})
