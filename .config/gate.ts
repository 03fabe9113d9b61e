/**
 * `npm test`: every gate in order, stopping at nothing, so that one run shows all that is wrong. Ends with one plain
 * line `N passed, N failed, N skipped`: gates and tests counted together.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'writ-gate-'))
const totals = { passed: 0, failed: 0, skipped: 0 }
const out = (line: string): void => void process.stdout.write(`${line}\n`)

interface Run {
  readonly code: number
  readonly seconds: string
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const started = performance.now()
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    })
    const done = (code: number | null): void =>
      resolve({ code: code ?? 1, seconds: ((performance.now() - started) / 1000).toFixed(1) })
    child.on('error', () => done(1)).on('close', done)
  })
}

async function gate(name: string, command: string, args: readonly string[]): Promise<void> {
  const { code, seconds } = await run(command, args)
  totals[code === 0 ? 'passed' : 'failed'] += 1
  out(`gate ${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`)
}

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly name: string
    readonly assertionResults: readonly unknown[]
  }[]
}

async function tests(name: string, env: Record<string, string>, files: readonly string[] = []): Promise<void> {
  const report = join(scratch, `${name}.json`)
  const args = [
    'run',
    '--config',
    '.config/vitest.config.ts',
    '--reporter=.config/failures.ts',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ]
  const { code, seconds } = await run('vitest', args, env)
  let failedAtAll = code !== 0
  try {
    const read = JSON.parse(readFileSync(report, 'utf8')) as Report
    totals.passed += read.numPassedTests
    totals.failed += read.numFailedTests
    totals.skipped += read.numPendingTests + read.numTodoTests
    // A file that could not be loaded has no tests to count: it counts as one failure.
    const unloaded = read.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
    totals.failed += unloaded.length
    failedAtAll &&= read.numFailedTests + unloaded.length === 0
    out(`tests ${name}: ${read.numPassedTests} passed, ${read.numFailedTests + unloaded.length} failed (${seconds} s)`)
  } catch {
    out(`tests ${name}: no report (${seconds} s)`)
    failedAtAll = true
  }
  if (failedAtAll) totals.failed += 1
}

/** Test files that open a database through the test support: the ones that run a second time on PostgreSQL. */
function databaseTests(): string[] {
  return ['core', 'mcp', 'http', 'plugins', 'skills'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) =>
        /testing\/(context|database)|\/test-(server|ledger|loop|stream|actions|instance|population)/.test(
          readFileSync(path, 'utf8'),
        ),
      ),
  )
}

await gate('format', 'oxfmt', ['--check'])
await gate('lint', 'oxlint', ['--type-aware'])
await gate('types', 'tsc', ['-p', '.'])
await gate('types of the pages', 'tsc', ['-p', 'http/web'])
await gate('generated files', 'node', [
  '--conditions=writ-source',
  '--disable-warning=ExperimentalWarning',
  '.config/gen.ts',
  '--check',
])
await gate('borders', 'depcruise', [
  '--config',
  '.config/depcruise.cjs',
  '--no-progress',
  'core',
  'mcp',
  'http',
  'plugins',
  'skills',
])
await gate('dead code', 'knip', ['--config', '.config/knip.json', '--no-progress'])
await gate('web pages', 'node', [
  '--conditions=writ-source',
  '--disable-warning=ExperimentalWarning',
  'http/web/build.ts',
])
await tests('embedded', { WRIT_TEST_ENGINE: 'embedded' })
const url = process.env['WRIT_TEST_DATABASE_URL']
if (url) await tests('postgres', { WRIT_TEST_ENGINE: 'postgres' }, databaseTests())
else out('tests postgres: not run, WRIT_TEST_DATABASE_URL is not set')
rmSync(scratch, { recursive: true, force: true })
out(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed === 0 ? 0 : 1
