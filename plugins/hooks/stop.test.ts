import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer, type TestServer } from '#http/test-server'
import { TestGate } from './test-gate.ts'

let server: TestServer
let folder: string
let gate: TestGate
let orgId: string
beforeAll(async () => {
  server = await testServer(operations)
})
afterAll(() => server.close())
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'writ-transcripts-'))
  orgId = (await testOrg(server.runtime)).orgId
  gate = new TestGate({ url: server.url, key: await server.key({ role: 'member', agentId: 'coder' }, orgId) })
})
afterEach(() => {
  gate.remove()
  rmSync(folder, { recursive: true })
})

const answer = (id: string) =>
  `${JSON.stringify({
    type: 'assistant',
    requestId: 'r1',
    message: {
      id,
      model: 'claude-sonnet-4-5',
      content: [{ type: 'text', text: 'words that stay here' }],
      usage: { input_tokens: 100, output_tokens: 10 },
    },
  })}\n`

const event = (more: object = {}) => ({
  session_id: 's1',
  transcript_path: join(folder, 's1.jsonl'),
  hook_event_name: 'Stop',
  ...more,
})

async function tokens(): Promise<number> {
  const row = await server.runtime.db
    .selectFrom('guard_session')
    .select('tokens')
    .where('org_id', '=', orgId)
    .where('session_id', '=', 's1')
    .executeTakeFirst()
  return Number(row?.tokens ?? 0)
}

test('each turn reports what was used since the last one, sub-agents too; half a line waits', async () => {
  const transcript = join(folder, 's1.jsonl')
  writeFileSync(transcript, `{"type":"user","message":{}}\n${answer('m1')}${answer('m1')}${answer('m2')}`)
  expect(await gate.run('stop', event())).toMatchObject({ code: 0, stdout: '{}\n', stderr: '' })
  expect(await tokens()).toBe(220)
  const half = answer('m3')
  appendFileSync(transcript, half.slice(0, 40))
  mkdirSync(join(folder, 's1/subagents'), { recursive: true })
  writeFileSync(join(folder, 's1/subagents/agent-1.jsonl'), answer('m4'))
  await gate.run('stop', event())
  expect(await tokens()).toBe(330)
  appendFileSync(transcript, half.slice(40))
  await gate.run('stop', event())
  await gate.run('stop', event())
  expect(await tokens()).toBe(440)
})

test('thousands of answers are told in parts, each once', async () => {
  writeFileSync(join(folder, 's1.jsonl'), Array.from({ length: 2500 }, (_, n) => answer(`m${n}`)).join(''))
  await gate.run('stop', event())
  expect(await tokens()).toBe(2500 * 110)
})

test('no server: told on stderr, kept, and told at the next end, with what was queued', async () => {
  writeFileSync(join(folder, 's1.jsonl'), answer('m1'))
  const away = { host: 'claude-code', url: 'http://127.0.0.1:9', key: 'x' }
  const there = gate.read('gate.json')
  gate.write('gate.json', JSON.stringify(away))
  const failed = await gate.run('stop', event())
  expect(failed).toMatchObject({ code: 0, stdout: '{}\n' })
  expect(failed.stderr).toContain('tried again later')
  mkdirSync(join(gate.dir, 'queue'))
  const call = { session_id: 's1', tool_name: 'Bash', tool_input: { command: 'git push --force' }, tool_use_id: 't1' }
  writeFileSync(join(gate.dir, 'queue/1700000000-12-deny.json'), JSON.stringify(call))
  gate.write('gate.json', there)
  expect((await gate.run('stop', event())).stderr).toBe('')
  expect(await tokens()).toBe(110)
  expect(gate.queued()).toEqual([])
  const [late] = await server.runtime.db
    .selectFrom('guard_decision')
    .select('decision')
    .where('org_id', '=', orgId)
    .execute()
  expect(late).toEqual({ decision: 'require_approval' })
})

test('no words of a transcript leave the machine', async () => {
  writeFileSync(join(folder, 's1.jsonl'), answer('m1'))
  const seen: string[] = []
  const { createServer } = await import('node:http')
  const listener = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => seen.push(chunk.toString())).on('end', () => response.end('{}'))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as { port: number }
  gate.write('gate.json', JSON.stringify({ host: 'claude-code', url: `http://127.0.0.1:${port}`, key: 'x' }))
  await gate.run('stop', event())
  listener.close()
  expect(seen.join('')).toContain('input_tokens')
  expect(seen.join('')).not.toContain('words that stay here')
})

test('a project cannot lead the reports to a proxy of its own, which would see the key', async () => {
  writeFileSync(join(folder, 's1.jsonl'), answer('m1'))
  let connections = 0
  const proxy = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`
  const lies = {
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: url,
    http_proxy: url,
    HTTPS_PROXY: url,
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  }
  expect(await gate.run('stop', event(), lies)).toMatchObject({ code: 0, stderr: '' })
  expect([connections, await tokens()]).toEqual([0, 110])
  proxy.close()
})
