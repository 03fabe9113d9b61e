import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigError, loadSettings, type ConfigSources } from './config.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-config-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const file = (text: string, mode = 0o600): void => {
  writeFileSync(join(home, 'config.json'), text, { mode })
  chmodSync(join(home, 'config.json'), mode)
}
const load = (sources: ConfigSources = {}) => loadSettings({ env: {}, home, ...sources })
const problems = (sources: ConfigSources = {}): readonly string[] => {
  try {
    load(sources)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).problems
  }
}

test('flag before environment before file before default', () => {
  expect(load()).toMatchObject({ port: 3000, host: '127.0.0.1', home })
  file('{"port": 1001, "host": "::1"}')
  expect(load()).toMatchObject({ port: 1001, host: '::1' })
  expect(load({ env: { WRIT_PORT: '1002' } })).toMatchObject({ port: 1002, host: '::1' })
  expect(load({ env: { WRIT_PORT: '1002' }, flags: { port: '1003' } })).toMatchObject({ port: 1003 })
  expect(load({ env: { WRIT_PORT: '' } })).toMatchObject({ port: 1001 })
})

test('every bad value is named with where it came from, all at once', () => {
  file('{"log_level": "loud", "colour": "red"}')
  const found = problems({
    env: { WRIT_PORT: '99999', WRIT_DATABASE_URL: 'mysql://x' },
    flags: { guard_deadline_ms: 1 },
  })
  const starts = ['WRIT_PORT: ', 'WRIT_DATABASE_URL: ', 'flag --guard-deadline-ms: ', 'config.json: ']
  for (const start of [...starts, 'config.json: unknown setting "colour"']) {
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${start}`)))
  }
  expect(found).toHaveLength(5)
})

test('a home by the environment is where the file is read from', () => {
  file('{"port": 1001}')
  expect(loadSettings({ env: { WRIT_HOME: home } })).toMatchObject({ port: 1001, home })
})

test.each([
  ['no JSON', '{"port":', 'is not JSON'],
  ['a list', '[]', 'must hold one JSON object'],
])('a file that holds %s is refused', (_, text, problem) => {
  file(text)
  expect(problems()).toEqual([expect.stringContaining(problem)])
})

test.skipIf(process.platform === 'win32')('a file that others can read is refused, with what to do', () => {
  file('{}', 0o644)
  expect(problems()).toEqual([expect.stringMatching(/others can read it.*chmod 600/)])
})

test('no problem ever shows a secret', () => {
  file('{"admin_key": "short-secret"}')
  expect(problems({ env: { WRIT_SECRET_KEY: 'tiny-secret' } }).join()).not.toMatch(/short-secret|tiny-secret/)
})
