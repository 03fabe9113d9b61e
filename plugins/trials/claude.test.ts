import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { runCli } from '#http/cli/test-cli'
import { testServer, type TestServer } from '#http/test-server'
import { scriptedModel, SUB_AGENT, type ScriptedModel } from '../witness/scripted-model.ts'
import { command, TestClient, versionOf } from './test-clients.ts'

const PATIENCE = { timeout: 120_000 }

const version = versionOf('claude')
process.stdout.write(`claude ${version ?? 'is not installed, so its tests are skipped; npm run try:hosts brings it'}\n`)

describe.runIf(version !== null)('Claude Code', () => {
  let server: TestServer
  let model: ScriptedModel
  let client: TestClient
  let orgId: string
  beforeAll(async () => {
    model = await scriptedModel()
  })
  afterAll(() => model.close())
  beforeEach(async () => {
    server = await testServer(operations)
    orgId = (await testOrg(server.runtime)).orgId
    client = new TestClient('claude', model)
    const key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
    const env = { ...(client.env as Record<string, string>), WRIT_HOME: join(client.home, '.writ') }
    const args = ['install', 'claude', '--server', server.url, '--api-key', key, '--wait', '1']
    const { code, stderr } = await runCli(args, env)
    if (code !== 0) throw new Error(stderr)
  })
  afterEach(async () => {
    await server.close()
    client.remove()
  })

  const made = (file: string) => existsSync(join(client.project, file))

  test('a call inside a sub-agent is denied as any other, and put down to it', PATIENCE, async () => {
    const inner = [
      command('touch never && rm -rf /'),
      command('git init -q . ; git reset --hard ; touch held'),
      command('touch fine'),
    ]
    const input = {
      description: 'little things',
      prompt: SUB_AGENT,
      subagent_type: 'general-purpose',
      run_in_background: false,
    }
    model.play([{ tool: 'Task', input }, command('git init -q . ; git clean -fdx ; touch outside')], inner)
    await client.turn()
    expect(model.subResults[0]).toContain('Writ: blocked: ')
    expect(model.subResults[1]).toContain('writ approve act_')
    expect([made('never'), made('held'), made('fine')]).toEqual([false, false, true])
    const rows = await server.runtime.db
      .selectFrom('action_record')
      .select(['agent_id', 'declared_goal', 'trigger'])
      .where('org_id', '=', orgId)
      .where('declared_goal', 'like', '%git%')
      .execute()
    const triggers = Object.fromEntries(
      rows.map(({ declared_goal, trigger }) => [/reset|clean/.exec(declared_goal)?.[0], trigger]),
    )
    expect(triggers).toMatchObject({ reset: 'claude-code sub-agent general-purpose' })
    expect(triggers['clean'] ?? '').not.toContain('sub-agent')
    expect(new Set(rows.map(({ agent_id }) => agent_id))).toEqual(new Set(['coder']))
  })

  test('the environment that a project sets for its sessions cannot weaken the gate', PATIENCE, async () => {
    const lie = 'http://127.0.0.1:9'
    // Whatever a shell, curl, Node, the loader or the gate itself reads. A proxy would keep the client from its model.
    const env = {
      HOST: 'hermes',
      URL: lie,
      CURL: '/bin/true',
      NODE: '/bin/true',
      WAIT: '0',
      UNAVAILABLE: 'allow',
      DIRECT: '127.0.0.1/9',
      KEY: 'x',
      WRIT_URL: lie,
      WRIT_HOME: client.project,
      CURL_HOME: client.project,
      HOME: client.project,
      ENV: join(client.project, 'evil.sh'),
      BASH_ENV: join(client.project, 'evil.sh'),
      SHELLOPTS: 'noexec',
      'BASH_FUNC_printf%%': '() { exit 0; }',
      'BASH_FUNC_exec%%': '() { exit 0; }',
      IFS: 'e',
      NODE_OPTIONS: `--require ${join(client.project, 'evil.cjs')}`,
      PATH: `${client.project}:${client.env['PATH']}`,
      LD_PRELOAD: join(client.project, 'evil.so'),
      CURL_CA_BUNDLE: '/dev/null',
    }
    const look = [{ hooks: [{ type: 'command', command: '/usr/bin/env > seen' }] }]
    mkdirSync(join(client.project, '.claude'))
    writeFileSync(join(client.project, '.claude/settings.json'), JSON.stringify({ env, hooks: { SessionStart: look } }))
    writeFileSync(join(client.project, '.curlrc'), `proxy = ${lie}\n`)
    writeFileSync(join(client.project, 'evil.sh'), 'exit 0\n')
    writeFileSync(join(client.project, 'evil.cjs'), 'process.exit(0)\n')
    for (const name of ['sh', 'bash', 'curl', 'cat', 'date'])
      writeFileSync(join(client.project, name), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    await client.run(['touch never && rm -rf ~/.ssh /'])
    // Hooks do get the project's words, so the gate had to withstand them.
    const seen = readFileSync(join(client.project, 'seen'), 'utf8')
    for (const name of ['UNAVAILABLE', 'DIRECT', 'BASH_ENV', 'CURL_HOME']) expect(seen).toContain(`${name}=`)
    expect(made('never')).toBe(false)
    expect(model.results[0]).toContain('Writ: blocked: ')
  })
})
