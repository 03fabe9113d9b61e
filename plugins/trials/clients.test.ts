import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { list as listApprovals } from '#core/approvals/list.op'
import { list as listSeams } from '#core/hosts/list.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { runCli, type CliResult } from '#http/cli/test-cli'
import { testServer, type TestServer } from '#http/test-server'
import { CLIENTS, TestClient, versionOf } from './test-clients.ts'
import { scriptedModel, type ScriptedModel } from '../witness/scripted-model.ts'

const PATIENCE = { timeout: 120_000 }

/** Real clients cost a download of 200 MB: they are used where they are installed. */
const versions = new Map(CLIENTS.map((name) => [name, versionOf(name)]))
for (const [name, version] of versions) {
  const words = version === null ? 'is not installed, so its tests are skipped; npm run try:hosts brings it' : version
  process.stdout.write(`${name} ${words}\n`)
}

describe.each(CLIENTS.filter((name) => versions.get(name) === null))('%s', () => {
  // oxlint-disable-next-line vitest/no-disabled-tests -- told above: the client is not on this machine
  test.skip('is not installed', () => undefined)
})

describe.each(CLIENTS.filter((name) => versions.get(name) !== null))('writ install %s', (name) => {
  let server: TestServer
  let model: ScriptedModel
  let client: TestClient
  let folder: string
  let admin: Context
  let orgId: string
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
    folder = join(client.home, '.writ', 'hosts', name === 'claude' ? 'claude-code' : 'codex')
    const key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
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
    for (const file of ['gate.conf', 'gate.json'].map((one) => join(folder, one))) {
      const text = readFileSync(file, 'utf8').replace(server.url, 'http://127.0.0.1:9')
      writeFileSync(file, text.replace(/^DIRECT=.*$/m, "DIRECT='127.0.0.1/9'"))
    }
  }

  test('a forbidden command is not run and the model is told why; everyday work goes on', PATIENCE, async () => {
    await client.run(['touch fine', 'touch never && rm -rf ~/.ssh /'])
    expect([made('fine'), made('never')]).toEqual([true, false])
    expect(model.results[1]).toContain('Writ: blocked: ')
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
    expect(readdirSync(join(folder, 'queue'))).toHaveLength(1)
  })

  test('tokens of the session land on it, each answer once', PATIENCE, async () => {
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
    await client.run(['git init -q . ; git reset --hard ; touch ungoverned'])
    expect(made('ungoverned')).toBe(true)
  })

  test('a session that begins on a changed gate tells the model and the server', PATIENCE, async () => {
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

  test('a witness sees whether the gate holds, and puts it on the list', PATIENCE, async () => {
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
