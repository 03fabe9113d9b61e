import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export interface Program {
  readonly url: string
  readonly process: ChildProcess
  /** CPU seconds used so far by the process; NaN where the system does not tell. */
  cpuSeconds(): number
  /** Resident megabytes; NaN where the system does not tell. */
  rssMb(): number
  stop(signal?: NodeJS.Signals): Promise<void>
}

const FLAGS = [
  '--conditions=writ-source',
  '--disable-warning=ExperimentalWarning',
  '--max-old-space-size=512',
  '--max-semi-space-size=16',
]
/** Linux counts CPU time in hundredths of a second, on every machine Node runs on. */
const TICKS = 100

export interface ProgramOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly nodeFlags?: readonly string[]
}

/** Starts a program, named from this folder, in a process of its own; the first URL it prints is where it serves. */
export async function startProgram(file: string, options: ProgramOptions = {}): Promise<Program> {
  const { args = [], env = {}, nodeFlags = [] } = options
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [...FLAGS, ...nodeFlags, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const url = await firstUrl(child.stdout)
  if (url === undefined) throw new Error(`${file} ended before it served.`)
  child.stdout.resume()
  return observed(child, url)
}

async function firstUrl(output: Readable): Promise<string | undefined> {
  for await (const line of createInterface({ input: output })) {
    const url = /http:\/\/[\w.:[\]]+/.exec(line)?.[0]
    if (url !== undefined) return url
  }
  return undefined
}

export function observed(child: ChildProcess, url: string): Program {
  return {
    url,
    process: child,
    cpuSeconds: () => cpuSecondsOf(child.pid),
    rssMb: () => rssMbOf(child.pid),
    stop: (signal) => stopProcess(child, signal),
  }
}

async function stopProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

function cpuSecondsOf(pid: number | undefined): number {
  const stat = readProc(pid, 'stat')
  if (stat === undefined) return Number.NaN
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

function rssMbOf(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status') ?? '')?.[1]
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) / 1024
}

function readProc(pid: number | undefined, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return undefined
  }
}
