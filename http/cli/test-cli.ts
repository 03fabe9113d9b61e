import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output as JSON. */
  readonly json: () => unknown
}

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const flags = ['--conditions=writ-source', '--disable-warning=ExperimentalWarning']

/** How the CLI is started, for who starts it within another program. */
export const cliProgram = (args: readonly string[]): [program: string, args: string[]] => [
  process.execPath,
  [...flags, main, ...args],
]

/** The CLI as a process of its own, with nothing of this one's environment but what it needs to run. */
export function startCli(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(...cliProgram(args), {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', NO_COLOR: '1', WRIT_LOG_LEVEL: 'error', ...env },
  })
}

export async function runCli(
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<CliResult> {
  const child = startCli(args, env)
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin?.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr, json: (): unknown => JSON.parse(stdout) }
}

/** The first line that a long-running command writes. */
export async function firstOutput(child: ChildProcess, until: RegExp): Promise<string> {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (until.test(text)) resolve(text)
    })
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)))
  })
}
