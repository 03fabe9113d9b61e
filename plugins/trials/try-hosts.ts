/**
 * `npm run try:hosts`: brings the newest Claude Code, Codex and OpenClaw from npm (some 600 MB, into a temporary folder, or the one
 * that `WRIT_TEST_CLIENTS` names) and runs the tests that use them.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const named = process.env['WRIT_TEST_CLIENTS']
const folder = named ?? mkdtempSync(join(tmpdir(), 'writ-clients-'))
const packages = ['@anthropic-ai/claude-code@latest', '@openai/codex@latest', 'openclaw@latest']

function run(command: string, args: readonly string[]): number {
  const env = { WRIT_TEST_ENGINE: 'embedded', ...process.env, WRIT_TEST_CLIENTS: folder }
  return spawnSync(command, args, { stdio: 'inherit', env }).status ?? 1
}

try {
  process.exitCode =
    run('npm', ['install', '--prefix', folder, '--no-fund', '--no-audit', '--loglevel=error', ...packages]) ||
    run('vitest', ['run', '--config', '.config/vitest.config.ts', 'plugins/trials'])
} finally {
  if (named === undefined) rmSync(folder, { recursive: true, force: true })
}
