import type { RequestListener } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer, type TestServer } from '#http/test-server'
import { cutOff, endless, hang, says, stub, type Stub } from './test-stub.ts'
import { TestGate, refused } from './test-gate.ts'

let server: TestServer
let key: string
let made: TestGate[] = []
beforeAll(async () => {
  server = await testServer(operations)
  const { orgId } = await testOrg(server.runtime)
  key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
})
afterAll(() => server.close())
afterEach(() => {
  for (const gate of made) gate.remove()
  made = []
})

let shell: string
const gateOf = (more: Partial<ConstructorParameters<typeof TestGate>[0]> = {}): TestGate => {
  const gate = new TestGate({ url: server.url, key, shell, ...more })
  made.push(gate)
  return gate
}

let calls = 0
const bash = (command: string) => ({
  session_id: 's1',
  hook_event_name: 'PreToolUse',
  tool_name: 'Bash',
  tool_input: { command },
  tool_use_id: `toolu_${(calls += 1)}`,
})

/** What `writ install` takes where there is bash, and what it takes elsewhere. */
describe.each(['/bin/bash -p', '/bin/sh'])('%s', (name) => {
  beforeAll(() => {
    shell = name
  })

  describe('a server that rules', () => {
    test.each(['claude-code', 'codex'] as const)('%s: a forbidden act is denied with the reason', async (host) => {
      const ran = await gateOf({ host }).run('ask', bash('rm -rf /'))
      expect(ran).toMatchObject({ code: 0, json: { hookSpecificOutput: { permissionDecision: 'deny' } } })
      expect(ran.json.hookSpecificOutput?.permissionDecisionReason).toContain('Writ: blocked: ')
    })

    test('hermes reads its own words', async () => {
      const gate = gateOf({ host: 'hermes' })
      expect((await gate.run('ask', bash('rm -rf /'))).json).toMatchObject({ decision: 'block' })
      expect(await gate.run('ask', bash('git status'))).toMatchObject({ code: 0, stdout: '{}\n' })
    })

    test('everyday work meets no objection, and 100 calls at once are each ruled on', async () => {
      const gate = gateOf()
      const ran = await Promise.all(
        Array.from({ length: 100 }, (_, n) => gate.run('ask', bash(n % 2 === 0 ? 'rm -rf /' : `git log -${n}`))),
      )
      expect(ran.filter(refused)).toHaveLength(50)
      expect(ran.every(({ code }) => code === 0)).toBe(true)
    })

    test('quotes, line ends and two megabytes travel whole', async () => {
      const gate = gateOf()
      expect((await gate.run('ask', bash(`echo "it's" \\\n 'fine' ü %s \\n`))).code).toBe(0)
      const big = {
        ...bash(''),
        tool_name: 'Write',
        tool_input: { file_path: 'a.txt', content: 'x'.repeat(1_900_000) },
      }
      expect((await gate.run('ask', big)).code).toBe(0)
      const tooBig = { ...big, tool_input: { file_path: 'a.txt', content: 'x'.repeat(2_200_000) } }
      expect(refused(await gate.run('ask', tooBig))).toBe(true)
    })

    test.each([
      ['no key', ''],
      ['a wrong key', 'writ_live_wrong'],
    ])('%s: denied, and the queue stays empty', async (_, wrong) => {
      const gate = gateOf({ key: wrong, unavailable: 'allow' })
      const ran = await gate.run('ask', bash('git status'))
      expect(ran.code).toBe(2)
      expect(ran.stderr).toContain('key of this client was refused (401')
      expect(gate.queued()).toEqual([])
    })

    test.each([['not JSON'], ['[]'], ['""'], [''], ['{}'], ['{"tool_name":5}']])('input %s: denied', async (input) => {
      expect(await gateOf({ unavailable: 'allow' }).run('ask', input)).toMatchObject({ code: 2 })
    })
  })

  describe('a server that does not', () => {
    let other: Stub | undefined
    afterEach(() => other?.close())

    async function stubbed(listener: RequestListener): Promise<string> {
      other?.close()
      other = await stub(listener)
      return other.url
    }

    const ruling = (fields: object) =>
      JSON.stringify({ hookSpecificOutput: { hookEventName: 'PreToolUse', ...fields } })

    test.each([
      ['an unknown decision', 200, ruling({ permissionDecision: 'maybe', permissionDecisionReason: 'Writ: x' })],
      ['ask', 200, ruling({ permissionDecision: 'ask', permissionDecisionReason: 'Writ: x' })],
      ['an allow without our word', 200, ruling({ permissionDecision: 'allow' })],
      ['a deny without a reason', 200, ruling({ permissionDecision: 'deny' })],
      ['an empty object', 200, '{}'],
      ['nothing', 200, ''],
      ['no content', 204, ''],
      ['a page', 200, '<html>hello</html>'],
      ['half an answer', 200, ruling({}).slice(0, -1)],
      ['two answers', 200, `${ruling({})}\n${ruling({})}`],
      ['another event', 200, '{"hookSpecificOutput":{"hookEventName":"Stop"}}'],
      ['a redirect', 302, ''],
      ['not found', 404, '{"error":"no such path"}'],
      ['too many requests', 429, '{"error":"slow down"}'],
    ])('%s: denied whatever the operator chose', async (_, status, body) => {
      const ran = await gateOf({ url: await stubbed(says(status, body)), unavailable: 'allow' }).run('ask', bash('ls'))
      expect(ran.code).toBe(2)
      expect(ran.json.hookSpecificOutput?.permissionDecisionReason).toMatch(/^Writ: ./)
    })

    test.each([['deny'], ['allow']] as const)(
      'gone, failing, hanging or cut off: %s, and queued',
      async (unavailable) => {
        const seen: string[] = []
        const failing = says(503, '{"error":"a \\"quoted\\" failure"}')
        for (const [name, listener] of Object.entries({ hang, cutOff, failing, gone: undefined })) {
          const url = listener === undefined ? 'http://127.0.0.1:9' : await stubbed(listener)
          const gate = gateOf({ url, unavailable })
          const ran = await gate.run('ask', bash('ls'))
          expect([name, ran.code]).toEqual([name, unavailable === 'deny' ? 2 : 0])
          expect(ran.json.hookSpecificOutput).toBeDefined()
          expect(gate.queued()).toHaveLength(1)
          expect(JSON.parse(gate.queued()[0] ?? '')).toMatchObject({ tool_name: 'Bash' })
          seen.push(ran.stdout)
        }
        expect(new Set(seen).size).toBe(4)
      },
    )

    test('an endless answer ends the question, not the machine', async () => {
      expect((await gateOf({ url: await stubbed(endless) }).run('ask', bash('ls'))).code).toBe(2)
    })
  })

  describe('what a tool gave', () => {
    const token = `ghp_${'aB3dE5fG7hJ9kL2mN4pQ'.repeat(2).slice(0, 36)}`
    const ended = (stdout: string, event = 'PostToolUse') => ({
      ...bash('cat key'),
      hook_event_name: event,
      ...(event === 'PostToolUse' ? { tool_response: { stdout, stderr: '', interrupted: false } } : { error: stdout }),
    })

    test('claude-code: comes in the same shape without its secrets, two megabytes of it as well', async () => {
      const gate = gateOf()
      for (const more of ['', 'x y\n'.repeat(380_000)]) {
        const { json } = await gate.run('record', ended(`it's "${token}" ü\n${more}`))
        expect(json.hookSpecificOutput).toEqual({
          hookEventName: 'PostToolUse',
          updatedToolOutput: { stdout: `it's "[REDACTED:github_token]" ü\n${more}`, stderr: '', interrupted: false },
        })
      }
      expect((await gate.run('record', ended(token, 'PostToolUseFailure'))).stdout).toContain('holds 1 secret')
    })

    test('codex: comes as the reason of a block, which it shows in its place', async () => {
      const ran = await gateOf({ host: 'codex' }).run('record', { ...ended(''), tool_response: `a ${token}\n` })
      expect(ran).toMatchObject({ code: 0, json: { decision: 'block' } })
      expect(ran.stdout).toContain('a [REDACTED:github_token]\\n"}')
    })

    test.each(['claude-code', 'codex', 'hermes'] as const)('%s: a harmless one is left alone', async (host) => {
      expect(await gateOf({ host }).run('record', ended('token = none'))).toMatchObject({ code: 0, stdout: '{}\n' })
    })

    test('is not lost when the server is no help, and its end is told later', async () => {
      const bad = [says(503, '{"error":"busy"}'), cutOff, says(200, '<html>'), says(200, '{"decision":"block"}')]
      for (const [index, listener] of [...bad, says(401, '{"error":"no"}')].entries()) {
        const other = await stub(listener)
        const gate = gateOf({ url: other.url })
        expect(await gate.run('record', ended(token))).toMatchObject({ code: 0, stdout: '{}\n' })
        expect(gate.queued()).toHaveLength(index < 2 ? 1 : 0)
        other.close()
      }
    })
  })

  describe('a project', () => {
    test('cannot lead the question elsewhere by its environment', async () => {
      const lie = 'http://127.0.0.1:9'
      const proxies = {
        http_proxy: lie,
        HTTP_PROXY: lie,
        ALL_PROXY: lie,
        all_proxy: lie,
        CURL_HOME: '/tmp',
        HOME: '/tmp',
      }
      const conf = {
        HOST: 'hermes',
        URL: lie,
        CURL: '/bin/true',
        WAIT: '0',
        UNAVAILABLE: 'allow',
        WRIT_URL: lie,
        DIRECT: '127.0.0.1/9',
        IFS: 'e',
      }
      const options = {
        BASH_ENV: '/dev/null',
        SHELLOPTS: 'noexec',
        POSIXLY_CORRECT: '1',
        TMOUT: '1',
        'BASH_FUNC_printf%%': '() { :; }',
      }
      const env = { ...proxies, ...conf, ...options }
      const ran = await gateOf().run('ask', bash('rm -rf /'), env)
      expect(ran).toMatchObject({ code: 0, json: { hookSpecificOutput: { permissionDecision: 'deny' } } })
    })
  })

  describe('a gate that is not whole', () => {
    test.each([
      ['no conf', 'gate.conf', ''],
      ['half a conf', 'gate.conf', "HOST='claude-code'\n"],
      [
        'no curl',
        'gate.conf',
        "HOST='codex'\nURL='http://127.0.0.1:9'\nCURL='/no/curl'\nWAIT='0'\nUNAVAILABLE='deny'\n",
      ],
      ['a conf that does not parse', 'gate.conf', "HOST='claude-code\n"],
    ])('%s: denied', async (_, name, text) => {
      const gate = gateOf()
      gate.write(name, text)
      expect(await gate.run('ask', bash('ls'))).toMatchObject({ code: 2 })
    })

    test('an unknown event is refused', async () => {
      expect(await gateOf().run('aks', bash('ls'))).toMatchObject({ code: 2 })
    })
  })
})
