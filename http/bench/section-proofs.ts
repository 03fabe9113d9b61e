import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Row } from './rows.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TAMPER = 'core/ledger/tamper.test.ts'
const POWER = 'core/db/power-cut.test.ts'

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[]
  }[]
}

/** Figures that tests elsewhere establish: the ledger's tamper matrix, and what a simulated power cut loses. */
export async function proofsSection(): Promise<Row[]> {
  const { output, report } = await runTests([TAMPER, POWER])
  const [, detected = '', tried = ''] = /^\s*(\d+) of (\d+) {2}all$/m.exec(output) ?? []
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const cut = tests.find(({ title }) => title.includes('lost by a power cut'))
  return [
    {
      name: 'ledger: tampering detected',
      reached: tried === '' ? 'failed' : `${detected} of ${tried}`,
      goal: 'n of n',
      ok: tried !== '' && detected === tried,
    },
    {
      name: 'embedded: simulated power cut',
      reached: cut === undefined ? 'failed' : `${cut.status}: ${cut.title}`,
      goal: 'nothing acknowledged lost',
      ok: cut?.status === 'passed',
    },
  ]
}

async function runTests(files: readonly string[]): Promise<{ output: string; report: Report }> {
  const folder = await mkdtemp(join(tmpdir(), 'writ-bench-proofs-'))
  try {
    const file = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
    const args = [vitest, 'run', '--config', '.config/vitest.config.ts', ...reporters, ...files]
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] })
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
    return { output, report: JSON.parse(await readFile(file, 'utf8')) as Report }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
