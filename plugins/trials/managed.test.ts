import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { cliProgram } from '#http/cli/test-cli'
import { testServer, type TestServer } from '#http/test-server'
import { scriptedModel, type ScriptedModel } from '../witness/scripted-model.ts'
import { command, TestClient, versionOf } from './test-clients.ts'
import { TestSystem } from './test-system.ts'

const PATIENCE = { timeout: 180_000 }

const missing = TestSystem.missing()
if (missing !== null) process.stdout.write(`managed installs are not tried: ${missing}\n`)
/** OpenClaw knows no managed install. */
const CLIENTS = ['claude', 'codex'] as const
const versions = new Map(CLIENTS.map((name) => [name, versionOf(name)]))
for (const [name, version] of versions) {
  if (version === null) process.stdout.write(`${name} is not installed, so its managed install is not tried\n`)
}

/** Of the machine itself, which must stay as it is. */
const own = (): string =>
  ['/etc/claude-code', '/etc/codex', '/opt/writ'].flatMap((path) => (existsSync(path) ? readdirSync(path) : [])).join()

describe.each(CLIENTS)('writ install %s --managed', (name) => {
  const isTried = missing === null && versions.get(name) !== null
  let server: TestServer
  let model: ScriptedModel
  let client: TestClient
  let system: TestSystem
  let key: string
  const before = own()
  beforeAll(async () => {
    if (isTried) model = await scriptedModel()
  })
  afterAll(() => (isTried ? model.close() : undefined))
  beforeEach(async () => {
    if (!isTried) return
    server = await testServer(operations)
    const { orgId } = await testOrg(server.runtime)
    key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
    system = new TestSystem()
    client = new TestClient(name, model, system)
    const done = await writ('install', name, '--managed', '--server', server.url, '--api-key', key, '--wait', '1')
    if (done.code !== 0) throw new Error(done.said)
  })
  afterEach(async () => {
    if (!isTried) return
    await server.close()
    client.remove()
    system.remove()
    if (own() !== before) throw new Error('The folders of the machine itself were changed.')
  })

  const made = (file: string) => existsSync(join(client.project, file))
  const writ = (...args: string[]) => {
    const env = { WRIT_HOME: join(client.home, '.writ'), WRIT_URL: server.url, WRIT_API_KEY: key, NO_COLOR: '1' }
    return client.start(...cliProgram(args), env)
  }

  async function holds(more: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<void> {
    rmSync(join(client.project, 'fine'), { force: true })
    model.play([command('touch fine'), command('touch never && rm -rf ~/.ssh /')])
    await client.turn(more, env)
    expect([more, made('fine'), made('never')]).toEqual([more, true, false])
    expect(model.results[1]).toContain('Writ: blocked: ')
  }

  test.runIf(isTried)('a model’s turn is governed, and the witness calls it enforced', PATIENCE, async () => {
    await holds()
    expect((await writ('hosts')).said).toContain('✓ managed: managed')
    const told = JSON.parse((await writ('witness', '--json')).said) as { seams: object[] }
    expect(told.seams).toMatchObject([{ host: name === 'claude' ? 'claude-code' : 'codex', outcome: 'enforced' }])
  })

  test.runIf(isTried)('the person cannot switch it off', PATIENCE, async () => {
    for (const folder of [client.home, client.project]) {
      mkdirSync(join(folder, '.claude'), { recursive: true })
      const env = { CLAUDE_CODE_MANAGED_SETTINGS_PATH: '/nonexistent' }
      writeFileSync(join(folder, '.claude/settings.json'), JSON.stringify({ disableAllHooks: true, hooks: {}, env }))
    }
    writeFileSync(join(client.home, '.codex/hooks.json'), '{"hooks": {}}')
    const ways = {
      claude: [[], ['--bare'], ['--safe-mode'], ['--permission-mode', 'bypassPermissions']],
      codex: [[], ['-c', 'features.hooks=false'], ['--disable', 'hooks']],
    }
    for (const way of ways[name]) await holds(way)
    await holds([], { CLAUDE_CODE_MANAGED_SETTINGS_PATH: '/nonexistent' })
  })

  test.runIf(isTried)('taken back, nobody is asked', PATIENCE, async () => {
    expect(await writ('uninstall', name, '--managed')).toMatchObject({ code: 0 })
    await client.run(['git init -q . ; git reset --hard ; touch ungoverned'])
    expect(made('ungoverned')).toBe(true)
  })
})
