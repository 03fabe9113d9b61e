import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { DurableFiles, durableStartParams } from './durable-files.ts'

/** What the owner of the worker passes in. `durable: false` is for throw-away databases only. */
export interface EngineStart {
  readonly directory: string
  readonly durable: boolean
}

/** What the worker says besides the bytes of PostgreSQL's protocol. */
export type EngineSays = { readonly ready: true } | { readonly failed: string } | { readonly closed: true }

/** PGlite's errors carry 20 KB of source in their stack; the first line of the message is what a person needs. */
const firstLine = (thrown: unknown): string => String(thrown instanceof Error ? thrown.message : thrown).slice(0, 300)

async function open({ directory, durable }: EngineStart): Promise<PGlite> {
  if (!durable) return PGlite.create({ dataDir: directory })
  const files = new DurableFiles(directory)
  const engine = await PGlite.create({
    fs: files,
    relaxedDurability: false,
    startParams: durableStartParams(PGlite.defaultStartParams),
  })
  if (!files.installed) throw new Error('The fsync hook could not be installed: nothing would be durable.')
  return engine
}

async function run(): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('The embedded engine runs in a worker thread.')
  const say = (message: EngineSays): void => port.postMessage(message)
  const engine = await open(workerData as EngineStart)
  const answer = async (bytes: Uint8Array): Promise<void> => {
    const parts: Buffer[] = []
    // The view is PostgreSQL's own memory and is reused: each part must be copied.
    await engine.execProtocolRawStream(bytes, { syncToFs: false, onRawData: (part) => parts.push(Buffer.from(part)) })
    port.postMessage(new Uint8Array(Buffer.concat(parts)))
  }
  const close = async (): Promise<void> => {
    await engine.close()
    say({ closed: true })
    port.close()
  }
  port.on('message', (message: Uint8Array | 'close') => {
    const work = message === 'close' ? close() : answer(message)
    // A crash of the engine (out of disk while writing the log, say) ends the worker; its owner starts a new one.
    work.catch((thrown: unknown) => {
      say({ failed: firstLine(thrown) })
      process.exit(1)
    })
  })
  say({ ready: true })
}

run().catch((thrown: unknown) => {
  parentPort?.postMessage({ failed: firstLine(thrown) } satisfies EngineSays)
  parentPort?.close()
})
