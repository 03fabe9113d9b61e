import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Writ } from '../client/index.ts'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { firstOutput, runCli, startCli, type CliResult } from './test-cli.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000 })

let server: TestInstance
let agent: Writ
beforeAll(async () => {
  server = await testInstance()
  agent = new Writ({ baseUrl: server.url, apiKey: server.agentKey, agentId: 'cli-agent' })
})
afterAll(() => server.close())

const environment = (key: string) => ({ WRIT_HOME: server.home, WRIT_URL: server.url, WRIT_API_KEY: key })
const person = (args: readonly string[], input?: string): Promise<CliResult> =>
  runCli(args, environment(server.adminKey), input)
const inHome = (name: string): string => join(server.home, name)
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../core/transcripts/fixtures/${name}`, import.meta.url))
const pending = async (goal: string): Promise<string> => {
  return (await agent.createAction({ action_type: 'deploy', declared_goal: goal, target: `prod/${goal}` })).action_id
}

test('guard: the decision is the exit code', async () => {
  const [allow, approval, block] = await Promise.all([
    person(['guard', '--shell', 'git status', '--json']),
    person(['guard', '--type', 'deploy', '--target', 'prod/api', '--json']),
    person(['guard', '--shell', 'rm -rf /', '--goal', 'free some space', '--json']),
  ])
  expect([allow.code, approval.code, block.code]).toEqual([0, 3, 4])
  expect(block.json()).toMatchObject({ decision: 'block', reasons: [expect.any(String), expect.any(String)] })
})

interface Judged {
  readonly calls: readonly { readonly tool: string; readonly decision: string; readonly reason: string }[]
  readonly counts: Record<string, number>
  readonly problems: readonly string[]
}

test('guard --transcript: a decision and a reason for each tool call of both formats', async () => {
  const { code, json } = await person([
    'guard',
    '--transcript',
    fixture('claude-code.jsonl'),
    fixture('codex.jsonl'),
    '--json',
  ])
  const { calls, counts, problems } = json() as Judged
  expect(code).toBe(0)
  expect(calls).toHaveLength(16)
  for (const { decision, reason } of calls) {
    expect(['allow', 'warn', 'require_approval', 'block']).toContain(decision)
    expect(reason).not.toBe('')
  }
  const blocked = calls.filter(({ decision }) => decision === 'block').map(({ tool }) => tool)
  expect(blocked).toEqual(['Bash', 'shell', 'apply_patch'])
  expect(counts['refused']).toBe(0)
  expect(problems).toHaveLength(1)
})

test('approvals, approve --for, deny: the inbox of a person', async () => {
  const [first, second] = [await pending('one'), await pending('two')]
  const inbox = await person(['approvals', '--json'])
  expect((inbox.json() as { actions: { action_id: string }[] }).actions.map(({ action_id }) => action_id)).toEqual(
    expect.arrayContaining([first, second]),
  )
  const allowed = await person(['approve', first, '--for', '30m', '--json'])
  expect(allowed.json()).toMatchObject({
    success: true,
    action: { status: 'running' },
    grant_policy_id: expect.stringMatching(/^gp_/),
  })
  const denied = await person(['deny', second, '--reason', 'use staging', '--json'])
  expect(denied.json()).toMatchObject({ action: { status: 'failed', error_message: 'use staging', approved_by: null } })
  const again = await person(['deny', second, '--reason', 'twice'])
  expect(again.code).toBe(1)
  const shown = await person(['actions', second])
  expect(shown.stdout).toContain('use staging')
})

test('approvals --watch tells of a new approval by itself', async () => {
  const child = startCli(['approvals', '--watch', '--json'], environment(server.adminKey))
  await firstOutput(child, /\n/)
  const told = firstOutput(child, /watched by the test/)
  await pending('watched by the test')
  expect(await told).toContain('watched by the test')
  child.kill('SIGTERM')
})

const policies = (name: string): string => `
policies:
  - name: ${name}
    policy_type: block_action_type
    rules: { action_types: [${name}] }
tests:
  - name: it is blocked
    input: { action_type: ${name} }
    expect: { decision: block }
`

test('policy: test, simulate, replay, add as draft, activate, revisions, remove', async () => {
  const file = inHome('teapot.yaml')
  await writeFile(file, policies('teapot'))
  const [tested, simulated, replayed] = await Promise.all(
    ['test', 'simulate', 'replay'].map((verb) => person(['policy', verb, file, '--json'])),
  )
  expect(tested?.json()).toMatchObject({ passed: 1, failed: 0 })
  expect(simulated?.json()).toMatchObject({ policies: [{ name: 'teapot', summary: { block: 0 } }] })
  expect(replayed?.json()).toMatchObject({
    replays: [{ name: 'teapot', changed_total: 0, report_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
  })
  const added = await person(['policy', 'add', file, '--draft', '--json'])
  const [policy] = (added.json() as { policies: { id: string; state: string }[] }).policies
  expect(policy?.state).toBe('draft')
  const id = policy?.id ?? ''
  expect((await person(['policy', 'activate', id, '--json'])).json()).toMatchObject({ policy: { state: 'active' } })
  expect((await agent.guard({ action_type: 'teapot' })).decision).toBe('block')
  const history = await person(['policy', 'revisions', id, '--json'])
  expect((history.json() as { revisions: unknown[] }).revisions).toHaveLength(2)
  expect((await person(['policy', 'remove', id, '--json'])).json()).toMatchObject({ deleted: true })
  expect((await person(['policy', 'list', '--json'])).stdout).not.toContain(id)
})

test('a policy file that is wrong is told by line and column, or by its field', async () => {
  await writeFile(inHome('broken.yaml'), 'policies:\n  - name: [\n')
  await writeFile(inHome('wrong.yaml'), policies('x').replace('block_action_type', 'no_such_type'))
  const [broken, wrong] = await Promise.all(
    ['broken.yaml', 'wrong.yaml'].map((name) => person(['policy', 'add', inHome(name)])),
  )
  expect(broken?.stderr).toMatch(/line \d+, column \d+/)
  expect(wrong?.stderr).toContain('policy_type')
  expect([broken?.code, wrong?.code]).toEqual([1, 1])
})

test('accounts: a link for a new password, and a clear no for an address that is not known', async () => {
  const unknown = await person(['accounts', 'reset-link', 'nobody@example.com'])
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('no account with this e-mail address')])
})

test('keys: create, list, rotate, revoke', async () => {
  const made = await person(['keys', 'create', 'bot', '--agent', 'bot-1', '--expires', '1h', '--json'])
  const { key, secret } = made.json() as { key: { id: string; agent_id: string }; secret: string }
  expect(key.agent_id).toBe('bot-1')
  const rotated = await person(['keys', 'rotate', key.id, '--overlap', '0', '--json'])
  const next = rotated.json() as { key: { id: string }; secret: string }
  expect(next.secret).not.toBe(secret)
  expect((await person(['keys', 'revoke', next.key.id, '--json'])).json()).toMatchObject({
    key: { revoked_at: expect.any(String) },
  })
  const listed = await person(['keys', 'list', '--json'])
  expect(listed.stdout).toContain(key.id)
  expect(listed.stdout).not.toContain(secret)
})

test('halt and resume, for all and for one agent', async () => {
  await person(['halt', 'drill'])
  expect(await agent.guard({ action_type: 'review' })).toMatchObject({ decision: 'block' })
  await person(['resume'])
  await person(['agent', 'pause', 'cli-agent', '--reason', 'loops'])
  expect((await agent.guard({ action_type: 'review' })).reason).toContain('loops')
  await person(['agent', 'resume', 'cli-agent'])
  expect((await agent.guard({ action_type: 'review' })).decision).toBe('allow')
})

test('agents: listed, shown, registered, and let in by that where enrolment is closed', async () => {
  await agent.guard({ action_type: 'review' })
  const listed = JSON.parse((await person(['agents', 'list', '--find', 'cli-agent', '--json'])).stdout)
  expect(listed.agents).toMatchObject([{ agent_id: 'cli-agent', paused: false, registered_at: null }])
  await person(['call', 'settings_update', '{"settings": {"agent_enrolment": "closed"}}'])
  const stranger = new Writ({ baseUrl: server.url, apiKey: server.agentKey, agentId: 'stranger' })
  expect((await stranger.guard({ action_type: 'review' })).reason).toContain('writ agents register')
  await person(['agents', 'register', 'stranger', '--name', 'No longer', '--description', 'one more'])
  expect((await stranger.guard({ action_type: 'review' })).decision).toBe('allow')
  const shown = (await person(['agents', 'show', 'stranger'])).stdout
  expect(shown).toContain('No longer')
  expect(shown).toMatch(/presence +unknown/)
  expect((await person(['agents', 'list'])).stdout).toMatch(/stranger .*yes/)
  await person(['call', 'settings_update', '{"settings": {"agent_enrolment": "open"}}'])
})

test('ledger export and verify: whole, untrusted, tampered, rolled back', async () => {
  const [file, kept] = [inHome('ledger.jsonl'), inHome('kept.txt')]
  // Kept before the export: the server's own jobs may record something at any moment.
  const checkpoint = await person(['ledger', 'checkpoint'])
  await writeFile(kept, checkpoint.stdout)
  const exported = await person(['ledger', 'export', file, '--json'])
  expect(exported.json()).toMatchObject({ file, lines: expect.any(Number) })
  const [told, keys] = await Promise.all([person(['ledger', 'export', file, '--force']), person(['ledger', 'keys'])])
  await writeFile(inHome('keys.txt'), keys.stdout)
  expect(told.stdout).toContain(`--key '${keys.stdout.trim()}'`)
  await writeFile(inHome('jwks.json'), await (await fetch(`${server.url}/.well-known/jwks.json`)).text())
  const text = readFileSync(file, 'utf8')
  await writeFile(inHome('tampered.jsonl'), text.replace('"decision":"block"', '"decision":"allow"'))
  await writeFile(inHome('cut.jsonl'), `${text.split('\n').slice(0, 6).join('\n')}\n`)
  const key = ['--key', inHome('jwks.json')]
  const offline = (args: readonly string[]): Promise<CliResult> =>
    runCli(['verify', ...args, '--json'], { WRIT_HOME: server.home })
  const [whole, untrusted, tampered, cut] = await Promise.all([
    offline([file, ...key, '--checkpoint', kept]),
    offline([file]),
    offline([inHome('tampered.jsonl'), ...key]),
    offline([inHome('cut.jsonl'), ...key, '--checkpoint', kept]),
  ])
  expect(whole.json()).toMatchObject({
    ok: true,
    integrity: { ok: true },
    completeness: { ok: true },
    authenticity: { ok: true },
  })
  expect(untrusted.json()).toMatchObject({
    ok: false,
    integrity: { ok: true },
    authenticity: { ok: false, selfAsserted: true },
  })
  expect(tampered.json()).toMatchObject({ integrity: { ok: false } })
  expect(cut.json()).toMatchObject({ completeness: { ok: false } })
  expect([whole.code, untrusted.code, tampered.code, cut.code]).toEqual([0, 1, 1, 1])
  const live = await person(['verify', '--live', '--json'])
  expect(live.json()).toMatchObject({ ok: true, keys_from: 'server' })
  expect((await offline([file, '--key', inHome('keys.txt')])).json()).toMatchObject({ ok: true })
  expect((await person(['ledger', 'export', file])).stderr).toContain('exists already')
})

test('demo: an allow, a block, an approval and a verified ledger, in well under a minute', async () => {
  const { code, json, stderr } = await person(['demo', '--json'])
  expect(stderr).toBe('')
  const { ok, seconds, steps } = json() as { ok: boolean; seconds: number; steps: { result: string }[] }
  expect({ code, ok }).toEqual({ code: 0, ok: true })
  expect(steps.map(({ result }) => result)).toEqual([
    'allow',
    'block',
    'require_approval',
    'approved',
    'completed',
    'verified',
  ])
  expect(seconds).toBeLessThan(30)
})

test('doctor: every check has a verdict, and the key is known by what it may', async () => {
  const [admin, member, stranger, nowhere] = await Promise.all([
    person(['doctor', '--json']),
    runCli(['doctor', '--json'], environment(server.agentKey)),
    runCli(['doctor', '--json'], environment('writ_live_unknown')),
    runCli(['doctor', '--json'], { ...environment('x'), WRIT_URL: 'http://127.0.0.1:9' }),
  ])
  interface Report {
    readonly ok: boolean
    readonly checks: readonly { check: string; status: string; found: string }[]
  }
  const keyOf = (result: CliResult) => (result.json() as Report).checks.find(({ check }) => check === 'key')
  expect((admin.json() as Report).ok).toBe(true)
  expect(keyOf(admin)?.found).toContain('approve')
  expect(keyOf(member)?.found).toBe('valid; it may act as an agent')
  expect(keyOf(stranger)?.status).toBe('fail')
  expect((nowhere.json() as Report).checks.at(-1)).toMatchObject({ check: 'server', status: 'fail' })
  expect([admin.code, member.code, stranger.code, nowhere.code]).toEqual([0, 0, 1, 1])
})

test('call and where reach any operation', async () => {
  const [called, piped, found] = await Promise.all([
    person(['call', 'actions_list', '{"limit":1}']),
    person(['call', 'guard_evaluate', '-'], '{"action_type":"review"}'),
    runCli(['where', 'POST /api/approvals/act_1', '--json']),
  ])
  expect(called.json()).toMatchObject({ actions: expect.any(Array) })
  expect(piped.json()).toMatchObject({ decision: 'allow' })
  expect(found.json()).toMatchObject({
    operation: 'approvals_decide',
    file: expect.stringMatching(/^core\/approvals\/decide\.op\.ts:\d+$/),
  })
})
