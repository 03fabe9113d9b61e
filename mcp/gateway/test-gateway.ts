import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Connection } from '#http/client/index'
import { WrapServer } from '#http/cli/wrap-server'
import { runGateway, type GatewayOptions } from './gateway.ts'
import { messagesIn, type Json } from './message.rules.ts'
import { StdioServer } from './stdio-server.ts'
import type { Wrapped } from './wrapped.ts'

export interface TestGateway {
  /** Every line the client was given. */
  readonly lines: string[]
  /** What the operator was told. */
  readonly told: string[]
  /** The whole answer. */
  ask(method: string, params?: Json): Promise<Answer>
  call(name: string, input?: Json, more?: Json): Promise<Answer>
  /** Sends a line as it is, and answers the first line that comes with this id. */
  raw(line: string, id: unknown): Promise<string>
  say(line: string): void
  /** What the server lists from now on. */
  list(tools: readonly Json[]): void
  readonly status: Promise<number>
  end(): Promise<number>
}

export interface Answer {
  readonly id: unknown
  readonly result?: {
    readonly content?: readonly { readonly type: string; readonly text: string }[]
    readonly isError?: boolean
    readonly tools?: readonly { readonly name: string }[]
    readonly [field: string]: unknown
  }
  readonly error?: { readonly code: number; readonly message: string }
  readonly [field: string]: unknown
}

export const tool = (name: string, more: Json = {}): Json => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object' },
  ...more,
})

export interface TestGatewayOptions extends Partial<GatewayOptions> {
  readonly url: string
  readonly apiKey: string
  readonly agent?: string
  readonly tools?: readonly Json[]
  /** The server, when it is not the one over standard input. */
  readonly wrapped?: (toolsFile: string) => Wrapped
}

const NAMES = [
  'echo',
  'run_shell',
  'leak',
  'poison',
  'fail',
  'env',
  'received',
  'confirm',
  'ask',
  'slow',
  'twice',
  'changes',
  'noise',
  'die',
]
const program = fileURLToPath(new URL('test-wrapped.ts', import.meta.url))
let servers = 0

/** The gateway in this process, between a client made of lines and a server that is a program of its own. */
export function testGateway(options: TestGatewayOptions): TestGateway {
  const folder = mkdtempSync(join(tmpdir(), 'writ-gateway-'))
  const file = join(folder, 'tools.json')
  const list = (tools: readonly Json[]): void => writeFileSync(file, JSON.stringify(tools))
  list(options.tools ?? NAMES.map((name) => tool(name)))
  const client = clientOfLines()
  const told: string[] = []
  const connection = new Connection({ baseUrl: options.url, apiKey: options.apiKey })
  const ends = {
    input: client.input,
    output: client.output,
    wrapped: options.wrapped?.(file) ?? programOf(file),
    writ: new WrapServer(Promise.resolve(connection), options.agent),
    signal: new AbortController().signal,
  }
  servers += 1
  const status = runGateway(ends, {
    // Names of their own: tools of two servers with one name are twins.
    server: `test-${servers}`,
    waitSeconds: 0,
    unavailable: 'refuse',
    onInjection: 'warn',
    keepSecrets: false,
    program: 'writ',
    tell: (line) => void told.push(line),
    ...options,
  }).finally(() => rmSync(folder, { recursive: true, force: true }))
  status.catch(() => undefined)
  const end = (): Promise<number> => {
    client.input.end()
    return status
  }
  return { ...client, told, list, status, end }
}

function clientOfLines() {
  const [input, lines] = [new PassThrough(), [] as string[]]
  const waiting = new Map<string, (line: string) => void>()
  const output = (line: string): void => {
    lines.push(line)
    const [message] = messagesIn(line) ?? []
    if (message?.id === undefined || message.method !== undefined) return
    waiting.get(JSON.stringify(message.id))?.(line)
  }
  const say = (line: string): void => void input.write(`${line}\n`)
  const raw = (line: string, id: unknown): Promise<string> =>
    new Promise((resolve) => {
      waiting.set(JSON.stringify(id), resolve)
      say(line)
    })
  let last = 0
  const ask = async (method: string, params: Json = {}): Promise<Answer> => {
    last += 1
    return JSON.parse(await raw(JSON.stringify({ jsonrpc: '2.0', id: last, method, params }), last)) as Answer
  }
  const call = (name: string, args: Json = {}, more: Json = {}): Promise<Answer> =>
    ask('tools/call', { name, arguments: args, ...more })
  return { input, output, lines, say, raw, ask, call }
}

function programOf(toolsFile: string): StdioServer {
  const args = ['--conditions=writ-source', '--disable-warning=ExperimentalWarning', program, toolsFile]
  return new StdioServer({ command: process.execPath, args, env: process.env })
}

export const textOf = (answer: Answer): string => (answer.result?.content ?? []).map(({ text }) => text).join('\n')
