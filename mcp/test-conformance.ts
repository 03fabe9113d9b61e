import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Revision = '2025-11-25' | '2026-07-28'

export interface Check {
  readonly id: string
  readonly status: string
  readonly errorMessage?: string
}

/** Checks by scenario name. */
export type Report = ReadonlyMap<string, readonly Check[]>

const program = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')

/** Runs everything a protocol revision requires of a server, with the official suite. */
export async function runConformance(url: string, revision: Revision): Promise<{ exitCode: number; report: Report }> {
  const directory = await mkdtemp(join(tmpdir(), 'writ-conformance-'))
  try {
    const exitCode = await run(['server', '--url', `${url}/mcp`, '--requirements', revision, '-o', directory])
    const report = new Map<string, readonly Check[]>()
    for (const folder of await readdir(directory)) {
      const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder)?.[1]
      if (scenario === undefined) continue
      const checks = await readFile(join(directory, folder, 'checks.json'), 'utf8')
      report.set(scenario, JSON.parse(checks) as readonly Check[])
    }
    return { exitCode, report }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** What went wrong in a scenario, one line per check; a scenario that did not run is wrong too. */
export function failures(report: Report, scenario: string): readonly string[] {
  const checks = report.get(scenario)
  if (!checks || checks.length === 0) return [`${scenario} did not run`]
  return checks.flatMap((one) => (one.status === 'FAILURE' ? `${one.id}: ${one.errorMessage ?? ''}` : []))
}

function run(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { maxBuffer: 64 * 1024 * 1024 }, (error) => {
      if (error && typeof error.code !== 'number') reject(error)
      else resolve(typeof error?.code === 'number' ? error.code : 0)
    })
  })
}
