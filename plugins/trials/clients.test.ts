import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { list as listApprovals } from '#core/approvals/list.op'
import { list as listSeams } from '#core/hosts/list.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { runCli, type CliResult } from '#http/cli/test-cli'
import { testServer, type TestServer } from '#http/test-server'
import { scriptedModel, SUB_AGENT, type ScriptedModel } from '../witness/scripted-model.ts'
import { CLIENTS, command, TestClient, versionOf } from './test-clients.ts'

/** OpenClaw takes up to half a minute for a turn. */
const PATIENCE = { timeout: 300_000 }

/** Real clients cost a download of 200 MB: they are used where they are installed. */
const versions = new Map(CLIENTS.map((name) => [name, versionOf(name)]))
for (const [name, version] of versions) {
  const words = version === null ? 'is not installed, so its tests are skipped; npm run try:hosts brings it' : version
  process.stdout.write(`${name} ${words}\n`)
}

const TOKEN = `ghp_${'aB3dE5fG7hJ9kL2mN4pQ'.repeat(2).slice(0, 36)}`

/** An MCP server with one tool, which gives a secret away. */
const leaky = (secret: string): string => `
import { createInterface } from 'node:readline'
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
const serverInfo = { name: 'leaky', version: '1' }
const tool = { name: 'leak', description: 'Leaks', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }
const answers = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo }),
  'tools/list': () => ({ tools: [tool] }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'key ${secret} here' }] }),
}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) continue
  const result = answers[method]?.(params)
  say(result === undefined ? { id, error: { code: -32601, message: 'no such method' } } : { id, result })
}
`

describe.each(CLIENTS.filter((name) => versions.get(name) === null))('%s', () => {
  // oxlint-disable-next-line vitest/no-disabled-tests -- told above: the client is not on this machine
  test.skip('is not installed', () => undefined)
})

describe.each(CLIENTS.filter((name) => versions.get(name) !== null))('writ install %s', (name) => {
  /** By a shell hook. OpenClaw has a plugin instead. */
  const isHooked = name !== 'openclaw'
  let server: TestServer
  let model: ScriptedModel
  let client: TestClient
  let folder: string
  let admin: Context
  let orgId: string
  let key: string
  beforeAll(async () => {
    model = await scriptedModel()
  })
  afterAll(() => model.close())
  beforeEach(async () => {
    server = await testServer(operations)
    const org = await testOrg(server.runtime)
    orgId = org.orgId
    admin = await org.as('admin')
    client = new TestClient(name, model)
    folder = join(client.home, '.writ', 'hosts', name === 'claude' ? 'claude-code' : name)
    key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
    const trust = name === 'codex' ? ['--trust'] : []
    await writ('install', name, '--server', server.url, '--api-key', key, '--wait', '1', ...trust)
  })
  afterEach(async () => {
    await server.close()
    client.remove()
  })

  const made = (file: string) => existsSync(join(client.project, file))

  async function writ(...args: string[]): Promise<CliResult> {
    const ran = await runCli(args, { ...(client.env as Record<string, string>), WRIT_HOME: join(client.home, '.writ') })
    if (ran.code !== 0) throw new Error(`writ ${args.join(' ')}: ${ran.stderr}${ran.stdout}`)
    return ran
  }

  /** A person at a terminal allows what waits. */
  async function approveOne(): Promise<string> {
    const { approvals } = await invoke(listApprovals, admin, { state: 'pending' })
    const key = await server.key({ role: 'admin' }, orgId)
    const args = ['approve', approvals[0]?.action_id ?? 'none waits', '--json']
    return (await runCli(args, { WRIT_URL: server.url, WRIT_API_KEY: key })).stdout
  }

  /** Sends the gate where no server is. */
  function unplug(): void {
    const files = ['gate.conf', 'gate.json', 'connection.json'].map((one) => join(folder, one))
    for (const file of files.filter((one) => existsSync(one))) {
      const text = readFileSync(file, 'utf8').replace(server.url, 'http://127.0.0.1:9')
      writeFileSync(file, text.replace(/^DIRECT=.*$/m, "DIRECT='127.0.0.1/9'"))
    }
  }

  test('a forbidden command is not run and the model is told why; everyday work goes on', PATIENCE, async () => {
    await client.run(['touch fine', 'touch never && rm -rf ~/.ssh /'])
    expect([made('fine'), made('never')]).toEqual([true, false])
    expect(model.results[1]).toContain('Writ: blocked: ')
  })

  test('a gate that crashes lets no call run', PATIENCE, async () => {
    const gate = join(folder, isHooked ? 'gate.sh' : 'plugin/index.mjs')
    const begin = 'async function before(event, context) {'
    writeFileSync(gate, isHooked ? 'kill -9 $$\n' : readFileSync(gate, 'utf8').replace(begin, `${begin} throw 'crash'`))
    await client.run(['touch crashed'])
    expect(made('crashed')).toBe(false)
  })

  // OpenClaw passes over a plugin whose files are gone, as over one that is switched off.
  test.runIf(isHooked)('a gate that is gone lets no call run', PATIENCE, async () => {
    rmSync(join(folder, 'gate.sh'))
    await client.run(['touch gone'])
    expect(made('gone')).toBe(false)
  })

  test.runIf(name === 'claude')('the call of a sub-agent is judged like any other', PATIENCE, async () => {
    const task = { description: 'a task', prompt: SUB_AGENT, subagent_type: 'general-purpose' }
    model.play([{ tool: 'Agent', input: task }], [command('touch fine'), command('touch never && rm -rf /')])
    await client.turn(['--permission-mode', 'bypassPermissions'])
    expect([made('fine'), made('never')]).toEqual([true, false])
    expect(model.subResults[1]).toContain('Writ: blocked: ')
  })

  test.runIf(isHooked)('what a tool of an MCP server gave is read without secrets too', PATIENCE, async () => {
    const more = client.addServer('leaky', leaky(TOKEN))
    await client.run([{ tool: 'mcp__leaky__leak', input: {} }], more)
    expect(model.results[0]).toContain('key [REDACTED:github_token] here')
    expect(model.results[0]).not.toContain(TOKEN)
  })

  test.runIf(isHooked)('a tool behind hook and `writ wrap` is asked about once', PATIENCE, async () => {
    const program = fileURLToPath(new URL('../../http/cli/main.ts', import.meta.url))
    const args = ['--conditions=writ-source', '--no-warnings', program, 'wrap', '--name', 'leaky']
    const env = { WRIT_URL: server.url, WRIT_API_KEY: key }
    const more = client.addServer('leaky', leaky('nothing'), { args, env })
    await client.run([{ tool: 'mcp__leaky__leak', input: {} }], more)
    expect(model.results[0]).toContain('key nothing here')
    const rows = server.runtime.db.selectFrom('action_record').select('status').where('org_id', '=', orgId)
    expect(await rows.execute()).toEqual([{ status: 'completed' }])
  })

  test('the model reads what a command gave without the secrets in it, and all else as it was', PATIENCE, async () => {
    writeFileSync(join(client.project, 'key'), `${TOKEN}\n`)
    await client.run(['echo first; cat key; echo last', 'echo "token = none"'])
    expect(model.results[0]).toContain('first\n[REDACTED:github_token]\nlast')
    expect(model.results.join()).not.toContain(TOKEN)
    expect(model.results[1]).toContain('token = none')
    expect(model.results[1]).not.toContain('Writ')
  })

  test('an approval at the terminal lets the call run, once', PATIENCE, async () => {
    const risky = 'git init -q . ; git reset --hard && touch approved ; true'
    await client.run([risky])
    expect(model.results[0]).toMatch(/writ approve act_/)
    expect(await approveOne()).toContain('approved')
    await client.run([risky, risky])
    expect(model.results[0]).not.toContain('Writ:')
    expect(model.results[1]).toMatch(/writ approve act_/)
  })

  test('bypassing the permissions of the client does not bypass the gate', PATIENCE, async () => {
    await client.run(['touch never && rm -rf /'], name === 'claude' ? ['--permission-mode', 'bypassPermissions'] : [])
    expect(made('never')).toBe(false)
    expect(model.results[0]).toContain('Writ: blocked: ')
  })

  test('without a server nothing runs, and the model is told what to do', PATIENCE, async () => {
    unplug()
    await client.run(['touch never'])
    expect(made('never')).toBe(false)
    expect(model.results[0]).toContain('no server answers')
    // The shell gate tells later what it could not ask about; a plugin has no queue.
    expect(existsSync(join(folder, 'queue')) ? readdirSync(join(folder, 'queue')).length : 0).toBe(isHooked ? 1 : 0)
  })

  test.runIf(isHooked)('tokens of the session land on it, each answer once', PATIENCE, async () => {
    await client.run(['true', 'true'])
    const rows = await server.runtime.db
      .selectFrom('guard_session')
      .select(['tokens', 'decisions'])
      .where('org_id', '=', orgId)
      .execute()
    // Three answers of 100 tokens in and 20 out.
    expect(rows.map(({ tokens, decisions }) => [Number(tokens), decisions])).toEqual([[360, 2]])
  })

  test('what was installed is whole and heeded; after an uninstall nobody is asked', PATIENCE, async () => {
    await writ('hosts')
    await writ('uninstall', name)
    expect(readFileSync(client.settings, 'utf8')).toBe(client.ownSettings)
    await client.run(['git init -q . ; git reset --hard ; touch ungoverned'])
    expect(made('ungoverned')).toBe(true)
  })

  test.runIf(isHooked)('a session that begins on a changed gate tells the model and the server', PATIENCE, async () => {
    await client.run(['true'])
    expect(model.heard()).toContain('Writ governs this session')
    expect(model.heard()).not.toContain('is not set up as it was installed')
    writeFileSync(join(folder, 'stop.mjs'), '')
    await client.run(['true'])
    expect(model.heard()).toContain('stop.mjs')
    expect(model.heard()).toContain('Writ governs this session')
    const { seams } = await invoke(listSeams, admin, { outcome: 'changed' })
    expect(seams.map(({ detail }) => detail)).toEqual([expect.stringContaining('stop.mjs')])
  })

  test.runIf(isHooked)('a witness sees whether the gate holds, and puts it on the list', PATIENCE, async () => {
    const remote = ['--server', server.url, '--api-key', await server.key({ role: 'member' }, orgId), '--json']
    const holds = (await writ('witness', ...remote)).json()
    expect(holds).toMatchObject({ seams: [{ outcome: 'advisory' }], untried: [], reported: true })
    const file = name === 'claude' ? '.claude/settings.json' : '.codex/hooks.json'
    writeFileSync(join(client.home, file), name === 'claude' ? '{"disableAllHooks": true}' : '{}')
    const env = { ...(client.env as Record<string, string>), WRIT_HOME: join(client.home, '.writ') }
    const open = await runCli(['witness', ...remote], env)
    expect([open.code, open.json()]).toMatchObject([1, { seams: [{ outcome: 'dead' }] }])
    const { seams } = await invoke(listSeams, admin, {})
    expect(seams.map(({ outcome }) => outcome)).toEqual(['dead'])
  })
})
