import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Governor } from './govern.ts'
import { linesOf } from './lines.ts'
import { Relay } from './relay.ts'
import type { ScanOptions } from './scan.rules.ts'
import type { Wrapped } from './wrapped.ts'
import type { WritServer } from './writ-server.ts'

export interface GatewayOptions extends ScanOptions {
  /** The name under which the server is wrapped. */
  readonly server: string
  readonly waitSeconds: number
  /** Whether calls run undecided while Writ gives no answer. */
  readonly unavailable: 'refuse' | 'allow'
  /** The command a person types, as `writ`. */
  readonly program: string
  /** The session of Claude Code that started this, when it did. */
  readonly claudeSession?: string | undefined
  /** A line for the operator. */
  readonly tell: (line: string) => void
}

export interface Ends {
  readonly input: Readable
  readonly output: (line: string) => void
  readonly wrapped: Wrapped
  readonly writ: WritServer
  readonly signal: AbortSignal
}

const REPORT_MS = 5000

/**
 * Stands between an MCP client and a server: every message passes as it is, except that tools are pinned, calls are
 * asked about, and results are looked at. Settles with the exit status when the client or the server is gone.
 */
export async function runGateway(
  { input, output, wrapped, writ, signal }: Ends,
  options: GatewayOptions,
): Promise<number> {
  const governor = new Governor(writ, { ...options, session: `wrap-${randomUUID()}` })
  const relay = new Relay({ wrapped, writ, governor, toClient: output }, options)
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  const client = readAll(input, (line) => relay.fromClient(line))
  const server = wrapped.run((line) => relay.fromServer(line))
  const first = await Promise.race([client.then(() => null), stopped.then(() => null), server])
  relay.end(first === null ? 'The client went away.' : 'The server ended.')
  if (first === null) await wrapped.close()
  await Promise.race([governor.settled(), new Promise((resolve) => setTimeout(resolve, REPORT_MS).unref())])
  // A client that ends the session gets no complaint about how the server took it.
  return first ?? 0
}

async function readAll(input: Readable, onLine: (line: string) => void): Promise<void> {
  for await (const line of linesOf(input)) onLine(line)
}
