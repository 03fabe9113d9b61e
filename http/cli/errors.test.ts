import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './test-cli.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-errors-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const cases: readonly (readonly [string, readonly string[], Record<string, string>, number, RegExp])[] = [
  ['an unknown command', ['bogus'], {}, 2, /unknown command 'bogus'/],
  ['an unknown option', ['serve', '--prot', '1'], {}, 2, /unknown option/],
  ['a missing argument', ['approve'], {}, 2, /missing required argument/],
  ['an act that is not named', ['guard'], {}, 2, /Name the act/],
  ['an act that is empty', ['guard', '--shell', ' '], { WRIT_API_KEY: 'k' }, 2, /--shell is empty/],
  ['an act at no address', ['guard', '--url', 'foo'], { WRIT_API_KEY: 'k' }, 2, /--url must be a whole address/],
  ['two acts at once', ['guard', '--shell', 'ls', '--sql', 'select 1'], {}, 2, /Give one of/],
  ['a length of time that is none', ['approve', 'act_1', '--for', '3x'], { WRIT_API_KEY: 'k' }, 2, /no length of time/],
  ['no key', ['approvals'], {}, 1, /No API key. Sign in with .*WRIT_API_KEY/],
  [
    'no server',
    ['approvals'],
    { WRIT_API_KEY: 'k', WRIT_URL: 'http://127.0.0.1:9' },
    1,
    /cannot be reached.*writ serve/,
  ],
  ['a setting that cannot be', ['serve', '--port', '99999'], {}, 1, /flag --port/],
  ['a file that is not there', ['verify', '/no/such/file'], {}, 1, /there is no such file/],
  ['input that is not JSON', ['call', 'actions_list', 'nonsense'], { WRIT_API_KEY: 'k' }, 2, /must be a JSON object/],
  ['an operation that is not there', ['call', 'nope'], { WRIT_API_KEY: 'k' }, 2, /no operation "nope"/],
  ['a number that is none', ['actions', '--limit', 'many'], { WRIT_API_KEY: 'k' }, 2, /whole number from 1 to 200/],
  ['a number out of bounds', ['demo', '--timeout', '0'], { WRIT_API_KEY: 'k' }, 2, /whole number from 1/],
  [
    'a role that does not exist',
    ['keys', 'create', 'x', '--role', 'boss'],
    { WRIT_API_KEY: 'k' },
    2,
    /admin, approver/,
  ],
  ['an address that is none', ['approvals', '--server', 'nohttp'], { WRIT_API_KEY: 'k' }, 2, /http:\/\/host:port/],
  ['a path that nothing answers', ['where', 'GET /nowhere'], {}, 1, /No operation answers/],
]

test.each(cases)('%s: one sentence, no stack, the right exit code', async (...[, args, env, code, sentence]) => {
  const result = await runCli(args, { WRIT_HOME: home, ...env })
  expect(result.code).toBe(code)
  expect(result.stderr).toMatch(sentence)
  expect(result.stderr).toMatch(/^writ: /)
  expect(result.stderr).not.toMatch(/\n\s+at /)
  expect(result.stdout).toBe('')
})

test('a recording that is none, and a config file that others can read', async () => {
  await writeFile(join(home, 'note.txt'), '{"a":1}\n')
  const transcript = await runCli(['guard', '--transcript', join(home, 'note.txt')], {
    WRIT_HOME: home,
    WRIT_API_KEY: 'k',
  })
  expect(transcript.stderr).toContain('is no recording of Claude Code or Codex')
  await writeFile(join(home, 'config.json'), '{}', { mode: 0o644 })
  const open = await runCli(['approvals'], { WRIT_HOME: home })
  expect(open.stderr).toContain('chmod 600')
  const doctor = async (...more: string[]) => (await runCli(['doctor', '--json', ...more], { WRIT_HOME: home })).json()
  const found = (check: string, status: string) => ({
    ok: false,
    checks: expect.arrayContaining([expect.objectContaining({ check, status })]),
  })
  expect(await doctor('--no-fix')).toMatchObject(found('private files', 'fail'))
  expect(await doctor('--no-fix')).toMatchObject(found('config', 'fail'))
  expect(await doctor()).toMatchObject(found('config', 'ok'))
})

test('--version and --help succeed', async () => {
  const [version, help] = await Promise.all([runCli(['--version']), runCli(['approve', '--help'])])
  expect(version).toMatchObject({ code: 0, stderr: '' })
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+/)
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('$ writ approve')
})
