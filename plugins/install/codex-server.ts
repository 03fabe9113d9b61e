import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { InstallError } from './place.ts'

const CodexHook = z.object({
  key: z.string(),
  command: z.string().nullish(),
  sourcePath: z.string(),
  isManaged: z.boolean(),
  enabled: z.boolean(),
  currentHash: z.string(),
  trustStatus: z.string(),
})
export type CodexHook = z.output<typeof CodexHook>

const Listed = z.object({
  data: z.array(z.object({ hooks: z.array(CodexHook), warnings: z.array(z.string()), errors: z.array(z.unknown()) })),
})

const PATIENCE_MS = 20_000

/** Codex's own server for editors, for as long as `work` takes: what it says about hooks is what its sessions do. */
export class CodexServer {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #ended: InstallError | undefined
  #calls = 0

  private constructor(program: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn(program, ['app-server'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
    this.#child.on('error', (error) => this.#end(`${program} cannot be started: ${error.message}`))
    this.#child.on('exit', () => this.#end(`${program} app-server ended before it answered`))
    this.#child.stdin?.on('error', () => undefined)
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line))
  }

  static async run<T>(env: NodeJS.ProcessEnv, work: (server: CodexServer) => Promise<T>): Promise<T> {
    const server = new CodexServer('codex', env)
    try {
      await server.#call('initialize', { clientInfo: { name: 'writ', title: 'Writ', version: '1' } })
      server.#send({ method: 'initialized' })
      return await work(server)
    } finally {
      server.#child.kill()
    }
  }

  /** The hooks that a session in this folder would have, and what it could not read. */
  async hooks(folder: string): Promise<{ hooks: readonly CodexHook[]; problems: readonly string[] }> {
    const { data } = Listed.parse(await this.#call('hooks/list', { cwds: [folder] }))
    const problems = data.flatMap(({ warnings, errors }) => [
      ...warnings,
      ...errors.map((error) => JSON.stringify(error)),
    ])
    return { hooks: data.flatMap(({ hooks }) => hooks), problems }
  }

  /** Writes trust in these hooks, as they are now, into the person's config. */
  async trust(hooks: readonly CodexHook[]): Promise<void> {
    const value = Object.fromEntries(hooks.map(({ key, currentHash }) => [key, { trusted_hash: currentHash }]))
    const edits = [{ keyPath: 'hooks.state', mergeStrategy: 'upsert', value }]
    await this.#call('config/batchWrite', { edits, reloadUserConfig: true })
  }

  #send(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  #call(method: string, params: object): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended)
    this.#calls += 1
    const id = this.#calls
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new InstallError(`codex app-server did not answer ${method} in ${PATIENCE_MS / 1000} seconds.`))
      }, PATIENCE_MS)
      this.#waiting.set(id, ({ result, error }) => {
        clearTimeout(timer)
        if (error === undefined) resolve(result)
        else reject(new InstallError(`codex app-server refused ${method}: ${error.message}`))
      })
      this.#send({ id, method, params })
    })
  }

  #hear(line: string): void {
    const answer = Answer.safeParse(safeJson(line))
    if (!answer.success) return
    const settle = this.#waiting.get(answer.data.id)
    this.#waiting.delete(answer.data.id)
    settle?.(answer.data)
  }

  #end(why: string): void {
    this.#ended ??= new InstallError(`${why}.`)
    for (const settle of this.#waiting.values()) settle({ id: 0, error: { message: why } })
    this.#waiting.clear()
  }
}

const Answer = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
})
type Answer = z.output<typeof Answer>

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
