import { spawn, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { runCli } from '#http/cli/test-cli'
import { testServer, type TestServer } from '#http/test-server'
import { scriptedModel, type ScriptedModel } from '../witness/scripted-model.ts'
import { TestClient, versionOf } from './test-clients.ts'

const PORT = '28917'

describe.runIf(versionOf('openclaw') !== null)('writ install openclaw', () => {
  let server: TestServer
  let model: ScriptedModel
  let client: TestClient
  beforeEach(async () => {
    server = await testServer(operations)
    model = await scriptedModel()
    client = new TestClient('openclaw', model)
  })
  afterEach(async () => {
    await server.close()
    await model.close()
    client.remove()
  })

  const openclaw = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync('openclaw', args, { env: client.env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`openclaw ${args.join(' ')}: ${stderr}${stdout}`)
    return stdout
  }

  async function gateway(work: (call: (method: string, params: object) => Promise<string>) => Promise<void>) {
    const own = ['--port', PORT, '--auth', 'token', '--token', 'test', '--allow-unconfigured']
    const child = spawn('openclaw', ['gateway', ...own], { env: client.env, stdio: 'ignore' })
    try {
      await expect.poll(answers, { timeout: 90_000, interval: 500 }).toBe(true)
      await work(async (method, params) => {
        const there = ['--url', `ws://127.0.0.1:${PORT}`, '--token', 'test', '--params', JSON.stringify(params)]
        const asked = () => {
          const { stdout, status } = spawnSync('openclaw', ['gateway', 'call', method, ...there], { env: client.env })
          return status === 0 ? stdout.toString() : ''
        }
        let said = asked()
        // It listens before it has loaded everything.
        for (let times = 0; said === '' && times < 10; times += 1) {
          await sleep(1000)
          said = asked()
        }
        return said
      })
    } finally {
      child.kill()
    }
  }

  test(
    'its hook pack is listed, and closes what a session left open when that is reset',
    { timeout: 300_000 },
    async () => {
      const key = await server.key({ role: 'member', agentId: 'coder' })
      const env = { ...(client.env as Record<string, string>), WRIT_HOME: join(client.home, '.writ') }
      await runCli(['install', 'openclaw', '--server', server.url, '--api-key', key], env)
      const pack = join(client.home, '.writ/hosts/openclaw/plugin/hooks/writ-sessions')
      expect(openclaw('plugins', 'install', pack, '--force')).toContain('Installed hook pack: writ-sessions')
      expect(openclaw('hooks', 'info', 'writ-sessions')).toContain('command:reset')

      await client.run(['true'])
      const { db } = server.runtime
      const session = db.selectFrom('action_record').select('session_id').executeTakeFirstOrThrow()
      const { session_id } = await session
      const left = { session_id, tool_name: 'exec', tool_input: { command: 'git status' }, tool_use_id: 'left-open' }
      const headers = { 'Content-Type': 'application/json', 'X-API-Key': key }
      await fetch(`${server.url}/api/hosts/openclaw/ask`, { method: 'POST', headers, body: JSON.stringify(left) })
      const statuses = async () =>
        (await db.selectFrom('action_record').select('status').execute()).map(({ status }) => status).toSorted()
      expect(await statuses()).toEqual(['completed', 'running'])
      await gateway(async (call) => {
        expect(await call('sessions.reset', { key: 'agent:main:1' })).toContain('"ok": true')
        await expect.poll(statuses, { timeout: 20_000 }).toEqual(['cancelled', 'completed'])
      })
    },
  )
})

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(PORT), '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.end())
  })
}
