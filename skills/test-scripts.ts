import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ScriptRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A script of the platform skill as an agent runs it: plain Node, nothing of this process's environment. */
export async function runScript(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<ScriptRun> {
  const path = fileURLToPath(new URL(`writ-platform/scripts/${name}.mjs`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}
