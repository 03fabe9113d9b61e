import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testInstance, type TestInstance } from '#http/test-instance'
import { zipped } from '../zip.ts'
import { desktopExtension } from './generate.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let server: TestInstance
let folder: string
beforeAll(async () => {
  server = await testInstance()
  folder = mkdtempSync(join(tmpdir(), 'writ-desktop-'))
  for (const [path, bytes] of Object.entries(unzipSync(zipped(await desktopExtension())))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.close()
})

/** As the app starts it: the manifest's environment, with what the person filled in. */
function start(config: { url: string; key: string; agent: string }): StdioClientTransport {
  const env = { PATH: '', WRIT_URL: config.url, WRIT_API_KEY: config.key, WRIT_AGENT_ID: config.agent }
  return new StdioClientTransport({
    command: process.execPath,
    args: [join(folder, 'server/index.mjs')],
    env,
    stderr: 'pipe',
  })
}

test('started from where it was unpacked, it offers the tools and asks the server', async () => {
  const client = new Client({ name: 'desktop', version: '1' })
  await client.connect(start({ url: `${server.url}/`, key: server.agentKey, agent: '${user_config.agent}' }))
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toContain('writ_guard')
  const answer = await client.callTool({
    name: 'writ_guard',
    arguments: { action_type: 'security', act: { kind: 'shell', command: 'rm -rf /' } },
  })
  expect(JSON.stringify(answer)).toContain('block')
  await client.close()
})

test('without a key it says what is missing, and ends', async () => {
  const transport = start({ url: server.url, key: '${user_config.key}', agent: '' })
  let said = ''
  transport.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await expect(new Client({ name: 'desktop', version: '1' }).connect(transport)).rejects.toThrow('')
  expect(said).toContain('set the address and an agent key')
})
