import { chmodSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hostVersion, warningsFor } from './host-version.ts'
import { hostOf } from './hosts.ts'
import type { Machine, Place } from './place.ts'
import { TestMachine } from './test-machine.ts'

let machine: TestMachine
beforeEach(() => {
  machine = new TestMachine()
})
afterEach(() => machine.remove())

/** The same machine, whose programs are those of the test. */
function onPath(): Machine {
  const { platform, env, home, writHome, node, bin } = machine
  return { platform, env: { ...env, PATH: machine.path('bin') }, home, writHome, node, bin }
}

const place: Place = { host: 'claude-code', scope: 'user' }
const settings = '.claude/settings.json'
const managed = '../system/etc/claude-code/managed-settings.json'

test.each([
  ['2.1.330 (Claude Code)', '2.1.330'],
  ['codex-cli 0.171.0', '0.171.0'],
  ['nonsense', null],
])('a program that says %s is version %s', async (said, version) => {
  machine.write('bin/claude', `#!/bin/sh\n[ "$1" = --version ] && echo '${said}'\n`)
  chmodSync(machine.path('bin/claude'), 0o755)
  const withPath = onPath()
  expect(await hostVersion(withPath, hostOf('claude-code'))).toBe(version)
})

test('no program, or one that fails, has no version', async () => {
  const withPath = onPath()
  expect(await hostVersion(withPath, hostOf('codex'))).toBeNull()
  machine.write('bin/codex', '#!/bin/sh\nexit 1\n')
  chmodSync(machine.path('bin/codex'), 0o755)
  expect(await hostVersion(withPath, hostOf('codex'))).toBeNull()
})

test.each([
  ['2.1.294', 1],
  ['2.0.999', 1],
  ['2.1.295', 0],
  ['3.0.0', 0],
])('Claude Code %s: %i warnings about its age', (version, count) => {
  expect(warningsFor(machine, place, version)).toHaveLength(count)
})

test('hooks that are switched off are told, with the file that does it', () => {
  machine.write(settings, '{"disableAllHooks": true}')
  expect(warningsFor(machine, place, null)).toEqual([expect.stringContaining(machine.path(settings))])
  machine.write(settings, '{"disableAllHooks": false, "allowManagedHooksOnly": true}')
  expect(warningsFor(machine, place, null)).toEqual([])
  machine.write(managed, '{"allowManagedHooksOnly": true}')
  expect(warningsFor(machine, place, null)).toEqual([expect.stringContaining('--managed')])
  expect(warningsFor(machine, { ...place, scope: 'managed' }, null)).toEqual([])
})

test('a person cannot switch a managed install off', () => {
  machine.write(settings, '{"disableAllHooks": true}')
  expect(warningsFor(machine, { ...place, scope: 'managed' }, null)).toEqual([])
})
