import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { linesOf } from '#mcp/gateway/lines'

type Params = Readonly<Record<string, unknown>>

export interface Started {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

export interface Answer {
  readonly result?: {
    readonly isError?: boolean
    readonly content?: readonly { readonly text?: string }[]
    readonly tools?: readonly { readonly name: string }[]
  }
  readonly error?: { readonly message: string }
}

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** `writ wrap` as a host starts it. */
export function wrapped(args: readonly string[], env: Started['env'], cwd?: string): Started {
  const flags = ['--conditions=writ-source', '--disable-warning=ExperimentalWarning']
  return {
    command: process.execPath,
    args: [...flags, main, 'wrap', ...args],
    env,
    ...(cwd === undefined ? {} : { cwd }),
  }
}

const ANSWER_MS = 60_000

/** An MCP host without any library: what goes over standard input and output, line by line. */
export class McpHost {
  readonly child: ChildProcess
  readonly lines: string[] = []
  stderr = ''
  readonly #waiting = new Map<number, (line: string) => void>()
  #last = 0

  constructor({ command, args, env, cwd }: Started) {
    this.child = spawn(command, [...args], { env, cwd, stdio: 'pipe' })
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    this.child.stdin?.on('error', () => undefined)
    void this.#read()
  }

  /** The line of the answer, as it came. */
  line(method: string, params?: Params): Promise<string> {
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${method}: ${why}: ${this.stderr.slice(-2000)}`))
      const timer = setTimeout(() => fail('no answer'), ANSWER_MS)
      const gone = (): void => fail('it ended')
      this.child.once('exit', gone)
      this.#waiting.set(id, (line) => {
        clearTimeout(timer)
        this.child.off('exit', gone)
        resolve(line)
      })
      this.say({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) })
    })
  }

  async ask(method: string, params?: Params): Promise<Answer> {
    return JSON.parse(await this.line(method, params)) as Answer
  }

  call(name: string, input: Params = {}): Promise<Answer> {
    return this.ask('tools/call', { name, arguments: input })
  }

  say(message: object): void {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`)
  }

  async initialize(protocolVersion = '2025-11-25'): Promise<string> {
    const clientInfo = { name: 'Test Host', version: '1' }
    const answer = await this.line('initialize', { protocolVersion, capabilities: {}, clientInfo })
    this.say({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return answer
  }

  async end(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode
    this.child.stdin?.end()
    const [code] = (await once(this.child, 'exit')) as [number | null]
    return code
  }

  async #read(): Promise<void> {
    if (this.child.stdout === null) return
    for await (const line of linesOf(this.child.stdout)) {
      this.lines.push(line)
      const message = (line.startsWith('{') ? JSON.parse(line) : {}) as { id?: number; method?: string }
      if (message.method === undefined && message.id !== undefined) this.#waiting.get(message.id)?.(line)
    }
  }
}

export const textOf = ({ result }: Answer): string => (result?.content ?? []).map(({ text = '' }) => text).join('\n')
