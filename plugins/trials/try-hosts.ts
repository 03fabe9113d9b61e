/**
 * `npm run try:hosts [-- claude codex openclaw]`: brings the newest Claude Code, Codex and OpenClaw from npm (up to 600 MB,
 * into a temporary folder, or the one that `WRIT_TEST_CLIENTS` names) and runs the tests that use them.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CLIENTS, type ClientName } from './test-clients.ts'

const packages: Readonly<Record<ClientName, string>> = {
  claude: '@anthropic-ai/claude-code@latest',
  codex: '@openai/codex@latest',
  openclaw: 'openclaw@latest',
}
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !CLIENTS.some((one) => one === name))
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: not among ${CLIENTS.join(', ')}.`)
const chosen = CLIENTS.filter((name) => wanted.length === 0 || wanted.includes(name))

const named = process.env['WRIT_TEST_CLIENTS']
const folder = named ?? mkdtempSync(join(tmpdir(), 'writ-clients-'))

function run(command: string, args: readonly string[]): number {
  const env = { WRIT_TEST_ENGINE: 'embedded', ...process.env, WRIT_TEST_CLIENTS: folder }
  return spawnSync(command, args, { stdio: 'inherit', env }).status ?? 1
}

const install = ['install', '--prefix', folder, '--no-fund', '--no-audit', '--loglevel=error']
const trials = [
  'run',
  '--config',
  '.config/vitest.config.ts',
  'plugins/trials',
  '-t',
  `writ install (${chosen.join('|')})`,
]
try {
  process.exitCode = run('npm', [...install, ...chosen.map((name) => packages[name])]) || run('vitest', trials)
} finally {
  if (named === undefined) rmSync(folder, { recursive: true, force: true })
}
