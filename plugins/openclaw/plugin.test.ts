import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer, type TestServer } from '#http/test-server'
import { cutOff, drip, endless, hang, says, stub, type Stub } from '../hooks/test-stub.ts'
import { TestOpenClaw, type Blocked } from './test-openclaw.ts'

let server: TestServer
let key: string
let orgId: string
beforeAll(async () => {
  server = await testServer(operations)
  orgId = (await testOrg(server.runtime)).orgId
  key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
})
afterAll(() => server.close())

let openclaw: TestOpenClaw
let other: Stub | undefined
beforeEach(() => {
  openclaw = new TestOpenClaw()
})
afterEach(() => {
  other?.close()
  openclaw.remove()
})

const session = { sessionId: 's', sessionKey: 'agent:main:s' }
const connect = (more: object = {}): void => openclaw.connect({ server: server.url, key, ...more })

async function stubbed(...listener: Parameters<typeof stub>): Promise<string> {
  other?.close()
  other = await stub(...listener)
  return other.url
}

describe('with the real server', () => {
  test('a forbidden act is blocked with the reason, everyday work goes on, and its end is recorded once', async () => {
    connect()
    const work = openclaw.shell('git status')
    const result = { content: [{ type: 'text', text: 'clean' }], details: { exitCode: 0 } }
    const { hooks, answers } = await openclaw.run([
      ['before_tool_call', openclaw.shell('rm -rf /'), session],
      ['before_tool_call', work, session],
      ['tool_result', { ...work, args: work.params, result }, session],
      ['after_tool_call', { ...work, result, durationMs: 12 }, session],
    ])
    expect(hooks).toEqual(['before_tool_call', 'after_tool_call', 'tool_result', 'runtimes'])
    expect(answers[0]).toMatchObject({ block: true, blockReason: expect.stringContaining('Writ: blocked: ') })
    expect(answers.slice(1)).toEqual([null, null, null])
    const rows = server.runtime.db.selectFrom('action_record').select(['status', 'output_summary'])
    expect(await rows.where('org_id', '=', orgId).where('status', '=', 'completed').execute()).toEqual([
      { status: 'completed', output_summary: 'clean' },
    ])
  })

  test('what a person must decide is blocked with its id, and the call of a sub-agent is judged like any other', async () => {
    connect()
    expect(await openclaw.ask('git push --force')).toMatchObject({
      blockReason: expect.stringMatching(/writ approve act_/),
    })
    const child = { sessionId: 'child', sessionKey: 'agent:main:subagent:1' }
    const { answers } = await openclaw.run([['before_tool_call', openclaw.shell('rm -rf /'), child]])
    expect(answers).toMatchObject([{ block: true }])
  })

  test.each([
    ['no key', ''],
    ['a wrong key', 'writ_live_wrong'],
  ])('%s: blocked whatever the operator chose', async (_, wrong) => {
    connect({ key: wrong, on_unavailable: 'allow' })
    expect(await openclaw.ask('ls')).toMatchObject({ blockReason: expect.stringContaining('key was refused (401') })
  })

  test('100 calls at once are each ruled on', async () => {
    connect()
    const calls = Array.from(
      { length: 100 },
      (_, n) => ['before_tool_call', openclaw.shell(n % 2 === 0 ? 'rm -rf /' : `git log -${n}`), session] as const,
    )
    const [all] = (await openclaw.run([calls])).answers as [(Blocked | null)[]]
    expect(all.filter((answer) => answer === null)).toHaveLength(50)
    expect(all.filter((answer) => answer?.blockReason.startsWith('Writ: blocked: '))).toHaveLength(50)
  })
})

describe('the result of a tool', () => {
  const token = `ghp_${'aB3dE5fG7hJ9kL2mN4pQ'.repeat(2).slice(0, 36)}`
  const image = { type: 'image', data: 'aGk=', mimeType: 'image/png' }
  const resultOf = (text: string) => ({
    content: [{ type: 'text', text }, image],
    details: { aggregated: text, exitCode: 0 },
  })
  const ended = (text: string) => ({
    toolCallId: 'c',
    toolName: 'exec',
    args: { command: 'cat key' },
    result: resultOf(text),
  })

  test('comes without its secrets, in the shape it had; a harmless one is left alone', async () => {
    connect()
    const { answers } = await openclaw.run([
      ['tool_result', ended(`a ${token}`), session],
      ['tool_result', ended('token = none'), session],
    ])
    expect(answers).toEqual([{ result: resultOf('a [REDACTED:github_token]') }, null])
  })

  test.each([
    ['gone', null],
    ['failing', says(503, '{"error":"busy"}')],
    ['a page', says(200, '<html>')],
    ['another shape', says(200, '{"result":{"content":[{"type":"text","text":"x"}]}}')],
    ['no result', says(200, '{"result":"x"}')],
    ['cut off', cutOff],
    ['hanging', hang],
  ])('is not lost when the server is no help: %s', async (_, listener) => {
    connect({ server: listener === null ? 'http://127.0.0.1:9' : await stubbed(listener) })
    expect((await openclaw.run([['tool_result', ended(token), session]], 500)).answers).toEqual([null])
  })
})

describe('without one', () => {
  test.each([
    ['deny', { block: true, blockReason: expect.stringContaining('no server answers') }],
    ['allow', null],
  ])('gone: %s', async (on_unavailable, expected) => {
    connect({ server: 'http://127.0.0.1:9', on_unavailable })
    expect(await openclaw.ask('ls')).toEqual(expected)
  })

  test.each([
    ['a page', 200, '<html>'],
    ['a list', 200, '[]'],
    ['null', 200, 'null'],
    ['another object', 200, '{"ok":true}'],
    ['an unknown decision', 200, '{"requireApproval":{}}'],
    ['more than an allow', 200, '{"block":false,"params":{}}'],
    ['a block without a reason', 200, '{"block":true}'],
    ['nothing', 204, ''],
    ['a redirect', 302, ''],
    ['not found', 404, '{}'],
  ])('%s: blocked, even where calls may run while the server is gone', async (_, status, body) => {
    connect({ server: await stubbed(says(status, body)), on_unavailable: 'allow' })
    expect(await openclaw.ask('ls')).toMatchObject({ block: true, blockReason: expect.stringMatching(/^Writ: ./) })
  })

  test('failing: as the operator chose', async () => {
    const at = await stubbed(says(503, '{"error":"busy"}'))
    connect({ server: at })
    expect(await openclaw.ask('ls')).toMatchObject({ blockReason: expect.stringContaining('failed (503: busy)') })
    connect({ server: at, on_unavailable: 'allow' })
    expect(await openclaw.ask('ls')).toBeNull()
  })

  test('hanging, or a byte now and then: blocked at the deadline', async () => {
    for (const listener of [drip, hang]) {
      connect({ server: await stubbed(listener) })
      const started = performance.now()
      expect(await openclaw.ask('ls', 1000)).toMatchObject({ block: true })
      expect(performance.now() - started).toBeLessThan(10_000)
    }
  })

  test('an endless answer ends the question, not the machine', async () => {
    connect({ server: await stubbed(endless) })
    expect(await openclaw.ask('ls')).toMatchObject({ block: true })
  })
})

describe('a gate that is not whole', () => {
  test('not installed: blocked, and what to do is said', async () => {
    expect(await openclaw.ask('ls')).toMatchObject({
      blockReason: expect.stringContaining('Run: writ install openclaw'),
    })
  })

  test.each(['{', '[]', '{"server":"http://x"}', '{"server":"http://\\u0000","key":"\\n"}'])(
    '%s: blocked, however it crashes over it',
    async (text) => {
      openclaw.write('.writ/hosts/openclaw/connection.json', text)
      expect(await openclaw.ask('ls')).toMatchObject({ block: true })
    },
  )

  test('a file that others may write is not believed', async () => {
    connect()
    chmodSync(join(openclaw.home, '.writ/hosts/openclaw/connection.json'), 0o666)
    expect(await openclaw.ask('ls')).toMatchObject({ blockReason: expect.stringContaining('others may write') })
  })
})
