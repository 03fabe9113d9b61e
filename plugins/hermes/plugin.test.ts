import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer, type TestServer } from '#http/test-server'
import { cutOff, drip, endless, hang, says, stub, type Stub } from '../hooks/test-stub.ts'
import { TestHermes } from './test-hermes.ts'

let server: TestServer
let key: string
let orgId: string
beforeAll(async () => {
  server = await testServer(operations)
  orgId = (await testOrg(server.runtime)).orgId
  key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
})
afterAll(() => server.close())

let hermes: TestHermes
let other: Stub | undefined
beforeEach(() => {
  hermes = new TestHermes()
})
afterEach(() => {
  other?.close()
  hermes.remove()
})

const connect = (more: object = {}): void => hermes.connect({ server: server.url, key, ...more })

async function stubbed(...listener: Parameters<typeof stub>): Promise<string> {
  other?.close()
  other = await stub(...listener)
  return other.url
}

describe('with the real server', () => {
  test('a forbidden act is blocked with the reason, everyday work goes on, and its end is recorded', async () => {
    connect()
    const work = hermes.shell('git status')
    const { hooks, answers } = await hermes.run([
      ['pre_tool_call', hermes.shell('rm -rf /')],
      ['pre_tool_call', work],
      ['post_tool_call', { ...work, result: '{"output": "clean", "exit_code": 0}', duration_ms: 12.5, status: 'ok' }],
    ])
    expect(hooks).toEqual(['post_tool_call', 'pre_tool_call', 'transform_tool_result'])
    expect(answers[0]).toMatchObject({ action: 'block', message: expect.stringContaining('Writ: blocked: ') })
    expect(answers.slice(1)).toEqual([null, null])
    const rows = server.runtime.db.selectFrom('action_record').select(['status', 'duration_ms'])
    expect(await rows.where('org_id', '=', orgId).where('status', '=', 'completed').execute()).toEqual([
      { status: 'completed', duration_ms: 13 },
    ])
  })

  test('what a person must decide is blocked with its id, and the call of a sub-agent is judged like any other', async () => {
    connect()
    expect(await hermes.ask('git push --force')).toMatchObject({ message: expect.stringMatching(/writ approve act_/) })
    const { answers } = await hermes.run([['pre_tool_call', { ...hermes.shell('rm -rf /'), task_id: 'child-1' }]])
    expect(answers).toMatchObject([{ action: 'block' }])
  })

  test.each([
    ['no key', ''],
    ['a wrong key', 'writ_live_wrong'],
  ])('%s: blocked whatever the operator chose', async (_, wrong) => {
    connect({ key: wrong, on_unavailable: 'allow' })
    const message = expect.stringContaining('key was refused (401')
    expect(await hermes.ask('ls')).toMatchObject({ action: 'block', message })
  })

  test('100 calls at once are each ruled on', async () => {
    connect()
    const calls = Array.from(
      { length: 100 },
      (_, n) => ['pre_tool_call', hermes.shell(n % 2 === 0 ? 'rm -rf /' : `git log -${n}`)] as const,
    )
    const { answers } = await hermes.run([calls])
    const all = answers[0] as unknown as readonly unknown[]
    expect(all.filter((answer) => answer === null)).toHaveLength(50)
    expect(all.filter((answer) => answer !== null)).toHaveLength(50)
  })
})

describe('the result of a tool', () => {
  const token = `ghp_${'aB3dE5fG7hJ9kL2mN4pQ'.repeat(2).slice(0, 36)}`
  const ended = (result: string, of = hermes.shell('cat key')) => ({ ...of, result, duration_ms: 1, status: 'ok' })

  test('comes without its secrets, in the form it had; a harmless one is left alone', async () => {
    connect()
    const leaking = ended(`{"output": "a ${token}", "exit_code": 0}`)
    const { answers } = await hermes.run([
      ['post_tool_call', leaking],
      ['transform_tool_result', leaking],
      ['transform_tool_result', ended(`a ${token}`)],
      ['transform_tool_result', ended('{"output": "token = none",  "exit_code": 0}')],
    ])
    expect(answers).toEqual([
      null,
      '{"output": "a [REDACTED:github_token]", "exit_code": 0}',
      'a [REDACTED:github_token]',
      null,
    ])
  })

  test('that another plugin changed meanwhile is looked at again', async () => {
    connect()
    const first = ended('harmless')
    const { answers } = await hermes.run([
      ['post_tool_call', first],
      ['transform_tool_result', { ...first, result: `now ${token}` }],
    ])
    expect(answers[1]).toBe('now [REDACTED:github_token]')
  })

  test.each([
    ['gone', null],
    ['failing', says(503, '{"error":"busy"}')],
    ['a page', says(200, '<html>')],
    ['another shape', says(200, '{"result":["x"]}')],
    ['cut off', cutOff],
  ])('is not lost when the server is no help: %s', async (_, listener) => {
    connect({ server: listener === null ? 'http://127.0.0.1:9' : await stubbed(listener) })
    const { answers } = await hermes.run([
      ['post_tool_call', ended(token)],
      ['transform_tool_result', ended(token)],
    ])
    expect(answers).toEqual([null, null])
  })
})

describe('without one', () => {
  test.each([
    ['deny', { action: 'block', message: expect.stringContaining('no server answers') }],
    ['allow', null],
  ])('gone: %s', async (on_unavailable, expected) => {
    connect({ server: 'http://127.0.0.1:9', on_unavailable })
    expect(await hermes.ask('ls')).toEqual(expected)
  })

  test.each([
    ['a page', 200, '<html>'],
    ['a list', 200, '[]'],
    ['null', 200, 'null'],
    ['another object', 200, '{"ok":true}'],
    ['an unknown decision', 200, '{"decision":"maybe","message":"Writ: x"}'],
    ['a block without a reason', 200, '{"decision":"block"}'],
    ['nothing', 204, ''],
    ['a redirect', 302, ''],
    ['not found', 404, '{}'],
  ])('%s: blocked, even where calls may run while the server is gone', async (_, status, body) => {
    connect({ server: await stubbed(says(status, body)), on_unavailable: 'allow' })
    expect(await hermes.ask('ls')).toMatchObject({ action: 'block', message: expect.stringMatching(/^Writ: ./) })
  })

  test('failing: as the operator chose', async () => {
    const at = await stubbed(says(503, '{"error":"busy"}'))
    connect({ server: at })
    expect(await hermes.ask('ls')).toMatchObject({ message: expect.stringContaining('failed (503: busy)') })
    connect({ server: at, on_unavailable: 'allow' })
    expect(await hermes.ask('ls')).toBeNull()
  })

  test('hanging, or a byte now and then: blocked at the deadline', async () => {
    for (const listener of [drip, hang]) {
      connect({ server: await stubbed(listener) })
      const started = performance.now()
      expect(await hermes.ask('ls', 1)).toMatchObject({ action: 'block' })
      expect(performance.now() - started).toBeLessThan(10_000)
    }
  })

  test('an endless answer ends the question, not the machine', async () => {
    connect({ server: await stubbed(endless) })
    expect(await hermes.ask('ls')).toMatchObject({ action: 'block' })
  })
})

describe('a gate that is not whole', () => {
  test('not installed: blocked, and what to do is said', async () => {
    expect(await hermes.ask('ls')).toMatchObject({ message: expect.stringContaining('Run: writ install hermes') })
  })

  test.each(['{', '[]', '{"server":"http://x"}', '{"server":5,"key":5,"wait":"x","on_unavailable":1}'])(
    '%s: blocked, however it crashes over it',
    async (text) => {
      hermes.write('.writ/hosts/hermes/connection.json', text)
      expect(await hermes.ask('ls')).toMatchObject({ action: 'block' })
    },
  )

  test('a file that others may write is not believed', async () => {
    connect()
    chmodSync(join(hermes.home, '.writ/hosts/hermes/connection.json'), 0o666)
    expect(await hermes.ask('ls')).toMatchObject({ message: expect.stringContaining('others may write') })
  })
})
