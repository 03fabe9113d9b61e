import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { runCli, type CliResult } from '#http/cli/test-cli'
import { testServer, type TestServer } from '#http/test-server'
import { searched, versionOf } from './test-clients.ts'

const PATIENCE = { timeout: 240_000 }

const version = versionOf('openclaw')
process.stdout.write(
  `openclaw ${version ?? 'is not installed, or not for this Node, so its tests are skipped; npm run try:hosts brings it'}\n`,
)

/** A person's own settings: no model of theirs is ever reached. */
const own = `{
  // mine
  "models": { "providers": { "own": { "baseUrl": "http://127.0.0.1:9/v1", "apiKey": "x", "api": "openai-completions",
    "models": [{ "id": "m", "name": "m", "contextWindow": 200000, "maxTokens": 1000 }] } } },
  "agents": { "defaults": { "model": { "primary": "own/m" } }, "list": [{ "id": "main", "model": "own/m" }] },
}
`

describe.runIf(version !== null)('writ witness, openclaw', () => {
  let server: TestServer
  let home: string
  let key: string
  beforeAll(async () => {
    server = await testServer(operations)
    key = await server.key({ role: 'member' }, (await testOrg(server.runtime)).orgId)
  })
  afterAll(() => server.close())
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'writ-openclaw-'))
    mkdirSync(join(home, '.openclaw'))
    writeFileSync(config(), own)
  })
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))

  const config = (): string => join(home, '.openclaw/openclaw.json')
  const writ = (...args: string[]): Promise<CliResult> =>
    runCli(args, {
      HOME: home,
      WRIT_HOME: join(home, '.writ'),
      PATH: `${searched()}${delimiter}${process.env['PATH']}`,
      WRIT_URL: server.url,
      WRIT_API_KEY: key,
    })

  test('sees whether the plugin holds, and leaves config and sessions as they were', PATIENCE, async () => {
    expect(await writ('install', 'openclaw', '--api-key', key, '--agent', 'claw')).toMatchObject({ code: 0 })
    const installed = readFileSync(config(), 'utf8')
    const holds = await writ('witness', '--json')
    expect(holds.json()).toMatchObject({
      seams: [{ host: 'openclaw', version, outcome: 'advisory' }],
      untried: [],
      reported: true,
    })
    expect(readFileSync(config(), 'utf8')).toBe(installed)
    expect(readdirSync(join(home, '.openclaw'))).toEqual(['openclaw.json'])
    writeFileSync(config(), installed.replace('"enabled": true', '"enabled": false'))
    const open = await writ('witness', '--json')
    expect([open.code, open.json()]).toMatchObject([1, { seams: [{ outcome: 'dead' }] }])
  })

  test('without a server the call is not run, and that is no proof', PATIENCE, async () => {
    expect(await writ('install', 'openclaw', '--api-key', key, '--agent', 'claw')).toMatchObject({ code: 0 })
    const connection = join(home, '.writ/hosts/openclaw/connection.json')
    writeFileSync(connection, readFileSync(connection, 'utf8').replace(server.url, 'http://127.0.0.1:9'))
    const told = (await writ('witness', '--json', '--no-report')).json() as { seams: object[]; untried: string[] }
    expect(told.seams).toEqual([])
    expect(told.untried).toEqual([expect.stringContaining('no server answers')])
  })

  test('a config that includes others is told, not guessed', PATIENCE, async () => {
    await writ('install', 'openclaw', '--api-key', key, '--agent', 'claw')
    writeFileSync(config(), readFileSync(config(), 'utf8').replace('{', '{ "$include": "more.json",'))
    const told = (await writ('witness', '--json')).json() as { untried: string[] }
    expect(told.untried).toEqual([expect.stringContaining('includes other files')])
  })
})
