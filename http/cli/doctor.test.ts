import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { runCli, type CliResult } from './test-cli.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

let server: TestInstance
beforeAll(async () => {
  server = await testInstance()
})
afterAll(() => server.close())

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-cli-doctor-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const env = (more: Record<string, string> = {}) => ({
  HOME: home,
  WRIT_HOME: join(home, '.writ'),
  WRIT_URL: server.url,
  WRIT_API_KEY: server.adminKey,
  ...more,
})
const cli = (...args: string[]): Promise<CliResult> => runCli(args, env())
const gate = (name: string): string => join(home, '.writ/hosts/claude-code', name)
const settings = (): string => join(home, '.claude/settings.json')
const modeOf = (path: string): number => statSync(path).mode & 0o777

interface Told {
  readonly check: string
  readonly status: string
  readonly found: string
  readonly remedy?: string
  readonly fixed?: { readonly did: readonly string[]; readonly backups: readonly string[] }
}

async function doctor(check: string, ...args: string[]): Promise<Told> {
  const ran = await cli('doctor', '--json', ...args)
  const { checks } = ran.json() as { checks: Told[] }
  const found = checks.find((one) => one.check === check)
  if (found === undefined) throw new Error(`${check} is not among ${checks.map((one) => one.check).join()}`)
  return found
}
const client = (...args: string[]): Promise<Told> => doctor('client claude-code', ...args)

/** Every file with mode and content, for what must not change. */
const snapshot = (): string[] =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => `${path} ${lstatSync(path).mode} ${lstatSync(path).isFile() ? readFileSync(path, 'utf8') : ''}`)

test('what differs from the receipt is installed again, and kept as it was found, once', async () => {
  await cli('install', 'claude', '--agent', 'coder')
  const [sound, entries] = [readFileSync(gate('gate.sh'), 'utf8'), readFileSync(settings(), 'utf8')]
  const weakened = entries.replace('ask || exit 2', 'ask').replace('{', '{ "model": "opus",')
  const tamper = (): void => {
    writeFileSync(gate('gate.sh'), 'exit 0\n')
    writeFileSync(settings(), weakened)
  }
  tamper()
  const before = snapshot()
  expect(await client('--no-fix')).toMatchObject({ status: 'fail', found: expect.stringContaining(settings()) })
  expect(await client('--category', 'ledger')).toMatchObject({ status: 'fail' })
  expect(snapshot()).toEqual(before)

  const told = await client()
  expect(told).toMatchObject({ status: 'ok', found: expect.stringContaining('repaired: installed again; as it was') })
  const backups = told.fixed?.backups ?? []
  expect(backups.map((path) => readFileSync(path, 'utf8')).toSorted()).toEqual(['exit 0\n', weakened].toSorted())
  expect(backups.map(modeOf)).toEqual([0o600, 0o600])
  expect(readFileSync(gate('gate.sh'), 'utf8')).toBe(sound)
  expect(JSON.parse(readFileSync(settings(), 'utf8'))).toEqual({ model: 'opus', ...JSON.parse(entries) })
  expect((await cli('hosts')).code).toBe(0)

  tamper()
  expect((await client()).fixed?.backups).toEqual(backups)
  expect(readdirSync(join(home, '.writ/backups'))).toHaveLength(2)
  await cli('uninstall', 'claude')
  expect(backups.every((path) => existsSync(path))).toBe(true)
})

test('the key of the install serves on; one that somebody put there since is not believed, and ends', async () => {
  await cli('install', 'claude', '--agent', 'keyed')
  const key = (): string => (JSON.parse(readFileSync(gate('connection.json'), 'utf8')) as { key: string }).key
  const first = key()
  rmSync(gate('gate.json'))
  expect(await client()).toMatchObject({ status: 'ok' })
  expect(key()).toBe(first)
  writeFileSync(gate('connection.json'), '{"server": "http://127.0.0.1:9", ')
  expect(await client()).toMatchObject({
    status: 'ok',
    fixed: { did: ['installed again', expect.stringContaining('ended')] },
  })
  expect(key()).not.toBe(first)
})

test('another release than the server: installed again where this program is of the server’s', async () => {
  await cli('install', 'claude', '--agent', 'drifted')
  const receipt = JSON.parse(readFileSync(gate('install.json'), 'utf8')) as { writ: string }
  writeFileSync(gate('install.json'), JSON.stringify({ ...receipt, writ: '0.0.1' }))
  const found = expect.stringMatching(/of another release \(0\.0\.1; its server is/)
  expect(await client('--no-fix')).toMatchObject({
    status: 'warn',
    found,
    remedy: expect.stringContaining('writ doctor'),
  })
  expect(await client()).toMatchObject({ status: 'ok', fixed: { did: ['installed again'], backups: [] } })
  expect(await client()).not.toHaveProperty('fixed')
})

test('a server that is newer than this program: told, and nothing is installed', async () => {
  await cli('install', 'claude', '--agent', 'behind')
  const newer = createServer((_, response) => response.end('{"status": "ok", "version": "99.0.0"}'))
  await new Promise<void>((resolve) => newer.listen(0, '127.0.0.1', resolve))
  const receipt = JSON.parse(readFileSync(gate('install.json'), 'utf8')) as object
  const url = `http://127.0.0.1:${(newer.address() as AddressInfo).port}`
  writeFileSync(gate('install.json'), JSON.stringify({ ...receipt, server: url }))
  const before = snapshot()
  expect(await client()).toMatchObject({ status: 'warn', remedy: expect.stringContaining('Use writ 99.0.0') })
  expect(snapshot()).toEqual(before)
  newer.close()
})

test('modes wider than an install has them are closed', async () => {
  await cli('install', 'claude', '--agent', 'open')
  mkdirSync(join(home, '.writ/data'))
  for (const [path, mode] of [
    [gate(''), 0o755],
    [gate('curl.conf'), 0o644],
    [join(home, '.writ/data'), 0o755],
  ] as const) {
    chmodSync(path, mode)
  }
  const before = snapshot()
  expect(await client('--no-fix')).toMatchObject({ status: 'warn', found: expect.stringContaining('curl.conf (644)') })
  expect(await doctor('data directory', '--no-fix')).toMatchObject({ status: 'warn' })
  expect(snapshot()).toEqual(before)
  expect((await cli('hosts')).stdout).toContain('others may use it (644)')
  const told = await client()
  expect(told).toMatchObject({
    status: 'ok',
    fixed: { did: expect.arrayContaining([expect.stringContaining('644 to 600')]) },
  })
  expect([modeOf(gate('')), modeOf(gate('curl.conf')), modeOf(join(home, '.writ/data'))]).toEqual([0o700, 0o600, 0o700])
  chmodSync(gate('gate.sh'), 0o666)
  expect(await client('--no-fix')).toMatchObject({ status: 'fail', found: expect.stringContaining('others may write') })
})

test('a config file that others can read is closed, and its keys are to be rotated', async () => {
  mkdirSync(join(home, '.writ'))
  const path = join(home, '.writ/config.json')
  writeFileSync(path, '{}')
  chmodSync(path, 0o644)
  expect(await doctor('private files', '--no-fix')).toMatchObject({ status: 'fail' })
  expect(modeOf(path)).toBe(0o644)
  expect(await doctor('private files')).toMatchObject({ status: 'warn', remedy: expect.stringContaining('rotate') })
  expect(modeOf(path)).toBe(0o600)
})

test.each([
  ['settings of a client', '.claude/settings.json', 'client claude-code', 'line 2 column 3'],
  ['the receipt', '.writ/hosts/claude-code/install.json', 'clients', 'install.json'],
])('%s that cannot be read: told with the place, and left as it is', async (_, file, check, place) => {
  await cli('install', 'claude', '--agent', 'broken')
  writeFileSync(join(home, file), '{\n  // mine\n}')
  writeFileSync(gate('stop.mjs'), '')
  const before = snapshot()
  const told = await doctor(check)
  expect(told).toMatchObject({ status: 'fail', found: expect.stringContaining(place) })
  expect(told.remedy).toContain('by hand')
  expect(snapshot()).toEqual(before)
})

test('Writ’s own config file that is no JSON: the line and the column', async () => {
  mkdirSync(join(home, '.writ'))
  writeFileSync(join(home, '.writ/config.json'), '{\n"url": ', { mode: 0o600 })
  expect(await doctor('config')).toMatchObject({ status: 'fail', found: expect.stringContaining('line 2 column 8') })
})

test('without a server the files are put right all the same', async () => {
  await cli('install', 'claude', '--agent', 'offline')
  writeFileSync(gate('gate.sh'), '')
  const receipt = JSON.parse(readFileSync(gate('install.json'), 'utf8')) as object
  writeFileSync(gate('install.json'), JSON.stringify({ ...receipt, server: 'http://127.0.0.1:9' }))
  const connection = readFileSync(gate('connection.json'), 'utf8')
  expect(await client()).toMatchObject({ status: 'ok', fixed: { did: ['installed again'] } })
  expect(readFileSync(gate('connection.json'), 'utf8')).toBe(connection.replace(server.url, 'http://127.0.0.1:9'))
})
