import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Client } from 'pg'
import { Fault } from '#core/kernel/errors'
import { WorkerStream } from './worker-stream.ts'
import { wireValues } from './wire-values.ts'
import type { EngineSays, EngineStart } from './embedded-worker.ts'

/** A running engine: its worker thread and the one session in it. */
export interface RunningEngine {
  readonly client: Client
  /** Resolves with the reason once the engine is gone. */
  readonly gone: Promise<string>
  stop(): Promise<void>
}

/** The worker runs from TypeScript in development and from JavaScript in a build: whichever this file is. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './embedded-worker.ts' : './embedded-worker.js',
  import.meta.url,
)

/** Starts the engine on a cluster directory. Recovery after a crash happens in here. */
export async function startEngine(start: Omit<EngineStart, 'program'>): Promise<RunningEngine> {
  const workerData: EngineStart = { ...start, program: await program() }
  const worker = new Worker(workerFile, { workerData, execArgv: loadingFlags(process.execArgv) })
  const stream = new WorkerStream(worker)
  const said = new Promise<EngineSays>((resolve) => {
    worker.on('message', (message: Uint8Array | EngineSays) => {
      if (message instanceof Uint8Array) stream.receive(message)
      else resolve(message)
    })
  })
  let reason = 'the engine stopped'
  const gone = new Promise<string>((resolve) => {
    worker.on('message', (message: Uint8Array | EngineSays) => {
      if (!(message instanceof Uint8Array) && 'failed' in message) reason = message.failed
    })
    worker.on('error', (error) => (reason = error.message.slice(0, 300)))
    worker.on('exit', () => {
      stream.destroy()
      resolve(reason)
    })
  })
  const first = await Promise.race([said, gone])
  if (typeof first === 'string' || 'failed' in first) {
    await worker.terminate()
    const why = typeof first === 'string' ? first : 'failed' in first ? first.failed : reason
    throw new Fault('unavailable', `The embedded database in ${start.directory} did not start: ${why}`)
  }
  const client = await connect(stream)
  return { client, gone, stop: () => stop(worker, gone) }
}

let compiled: Promise<WebAssembly.Module> | undefined

function program(): Promise<WebAssembly.Module> {
  const folder = dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'))
  compiled ??= readFile(join(folder, 'pglite.wasm')).then((bytes) => WebAssembly.compile(bytes))
  return compiled
}

const LOADING = /^(?:-C|--conditions|--import|-r|--require|--(?:experimental-)?loader)$/
const ALONE = /^--(?:no-warnings|disable-warning|experimental-strip-types)$/

/**
 * Only what decides how modules are found and loaded goes on to the worker: Node refuses there what concerns the
 * whole process (`--expose-gc`, `--max-old-space-size`, `--input-type`) and then starts no worker at all.
 */
export function loadingFlags(flags: readonly string[]): string[] {
  return flags.flatMap((flag, place) => {
    const [name = '', value] = flag.split('=', 2)
    if (ALONE.test(name)) return [flag]
    if (!LOADING.test(name)) return []
    return value === undefined ? [flag, ...flags.slice(place + 1, place + 2)] : [flag]
  })
}

async function connect(stream: WorkerStream): Promise<Client> {
  const client = new Client({
    stream: () => stream,
    user: 'postgres',
    database: 'postgres',
    host: 'embedded',
    password: '',
    ssl: false,
    pipeline: true,
    types: wireValues,
  })
  // Every query in flight is told; without a listener the event itself would end the process.
  client.on('error', () => {})
  await client.connect()
  return client
}

async function stop(worker: Worker, gone: Promise<string>): Promise<void> {
  worker.postMessage('close', [])
  await gone
}
