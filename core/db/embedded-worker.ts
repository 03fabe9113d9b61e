import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { DurableFiles, durableStartParams, syncOrElse, type SyncCalls } from './durable-files.ts'

/** What the owner of the worker passes in. `durable: false` is for throw-away databases only. */
export interface EngineStart {
  readonly directory: string
  readonly durable: boolean
  /** PostgreSQL, compiled: shared by all engines of a process, so that each starts without compiling it again. */
  readonly program: WebAssembly.Module
}

/** What the worker says besides the bytes of PostgreSQL's protocol. */
export type EngineSays = { readonly ready: true } | { readonly failed: string } | { readonly closed: true }

/** PGlite's errors carry 20 KB of source in their stack; the first line of the message is what a person needs. */
const firstLine = (thrown: unknown): string => String(thrown instanceof Error ? thrown.message : thrown).slice(0, 300)

/** What PostgreSQL wrote to its log before it gave up: the real reason. */
let lastWords: string | undefined

const say = (message: EngineSays): void => parentPort?.postMessage(message, [])

/** Ends the worker: its owner tells every waiting caller and starts a new engine, which recovers from the log. */
function fail(thrown: unknown): never {
  say({ failed: lastWords ?? firstLine(thrown) })
  return process.exit(1)
}

/** The engine swallows what it does not know: without this, an abort (disk full, panic) would look like an answer. */
const endsOnAbort = { onAbort: (reason: unknown) => fail(reason) }

class WorkerFiles extends DurableFiles {
  override async init(...args: Parameters<DurableFiles['init']>): ReturnType<DurableFiles['init']> {
    const { emscriptenOpts } = await super.init(...args)
    return { emscriptenOpts: { ...emscriptenOpts, ...endsOnAbort } }
  }
}

/** A throw-away database is small: most of its start would be the zeroing of 128 MB of shared buffers. */
const SMALL = ['-c', 'shared_buffers=4MB']

async function open({ directory, durable, program }: EngineStart): Promise<PGlite> {
  const files = new WorkerFiles(directory, durable ? syncOrElse(fail) : noSync)
  const defaults = PGlite.defaultStartParams
  const engine = await PGlite.create({
    fs: files,
    relaxedDurability: false,
    startParams: durable ? durableStartParams(defaults) : [...defaults, ...SMALL],
    pgliteWasmModule: program,
    onStderr: (line) => {
      const [, panic] = /\b(?:PANIC|FATAL):\s*(.*)/.exec(line) ?? []
      if (panic !== undefined) lastWords = panic
      return false
    },
  })
  if (!files.installed) throw new Error('The fsync hook could not be installed: nothing would be durable.')
  return engine
}

const noSync: SyncCalls = { file: () => {}, directory: () => {} }

/** Each answer ends with ReadyForQuery: 'Z', length 5, status. Anything else means that the engine died on the way. */
function isWhole(answer: Buffer): boolean {
  const end = answer.length - 6
  return end >= 0 && answer[end] === 0x5a && answer.readUInt32BE(end + 1) === 5
}

const TERMINATE = 0x58

async function run(): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('The embedded engine runs in a worker thread.')
  const engine = await open(workerData as EngineStart)
  const answer = async (bytes: Uint8Array): Promise<void> => {
    if (bytes[0] === TERMINATE) return
    const parts: Buffer[] = []
    // The view is PostgreSQL's own memory and is reused: each part must be copied.
    await engine.execProtocolRawStream(bytes, { syncToFs: false, onRawData: (part) => parts.push(Buffer.from(part)) })
    const whole = Buffer.concat(parts)
    if (!isWhole(whole)) fail('the engine gave no answer')
    const sent = new Uint8Array(whole)
    port.postMessage(sent, [sent.buffer])
  }
  const close = async (): Promise<void> => {
    await engine.close()
    say({ closed: true })
    port.close()
  }
  port.on('message', (message: Uint8Array | 'close') => {
    const work = message === 'close' ? close() : answer(message)
    work.catch(fail)
  })
  say({ ready: true })
}

run().catch(fail)
