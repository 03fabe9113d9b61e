import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { runCli } from './test-cli.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

let server: TestInstance
beforeAll(async () => {
  server = await testInstance()
})
afterAll(() => server.close())

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-cli-witness-'))
  mkdirSync(join(home, 'bin'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** A machine whose only programs of clients are those of the test. */
const cli = (...args: string[]) =>
  runCli(args, {
    HOME: home,
    WRIT_HOME: join(home, '.writ'),
    PATH: `${join(home, 'bin')}:/usr/bin:/bin`,
    WRIT_URL: server.url,
    WRIT_API_KEY: server.adminKey,
  })

function program(name: string, text: string): void {
  writeFileSync(join(home, 'bin', name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(home, 'bin', name), 0o755)
}

async function witnessed(): Promise<string[]> {
  const ran = await cli('witness', '--json')
  const told = ran.json() as { seams: object[]; untried: string[]; reported: boolean }
  // What was not seen is neither a result nor on the list.
  expect([ran.code, told.seams, told.reported]).toEqual([1, [], false])
  return told.untried
}

test.each(['hermes', 'openclaw', 'claude'])(
  '%s whose program is not here: untried, with the reason',
  async (client) => {
    await cli('install', client, '--agent', client)
    expect(await witnessed()).toEqual([expect.stringMatching(/untried: its program is not on the path/)])
  },
)

test('hermes: a program of that name proves nothing, as none was ever seen', async () => {
  program('hermes', 'echo "hermes 1.2.3"')
  await cli('install', 'hermes', '--agent', 'hermes')
  expect(await witnessed()).toEqual([expect.stringContaining('how hermes 1.2.3 behaves was never seen')])
})

test('desktop: nothing is ever asked there', async () => {
  await cli('install', 'desktop', '--agent', 'desktop')
  expect(await witnessed()).toEqual([expect.stringContaining('it has no hooks')])
})

test('a client that answers without ever calling is untried, with what it said', async () => {
  program('openclaw', '[ "$1" = --version ] && echo 2026.9.6 && exit; echo "no such session" >&2; exit 3')
  await cli('install', 'openclaw', '--agent', 'claw')
  expect(await witnessed()).toEqual([expect.stringMatching(/neither ran nor was refused by Writ\. no such session/)])
})
