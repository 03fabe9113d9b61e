import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import spawn from 'cross-spawn'
import { linesOf } from './lines.ts'
import type { Outgoing, Wrapped } from './wrapped.ts'

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How long a server may take to end by itself once its input is closed, then once it is told to. */
const GRACE_MS = 3000

/** A server that is a program of this machine, spoken with over its standard input and output. */
export class StdioServer implements Wrapped {
  readonly #child: ChildProcess
  readonly #exited: Promise<number>

  constructor({ command, args, env }: Program) {
    this.#child = spawn(command, [...args], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
    })
    // Told by `run`, which may be called later.
    this.#exited.catch(() => undefined)
    // A server that ended takes nothing more; its exit tells that.
    this.#child.stdin?.on('error', () => undefined)
  }

  send({ line }: Outgoing): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  async run(onLine: (line: string) => void): Promise<number> {
    const { stdout } = this.#child
    if (stdout !== null) for await (const line of linesOf(stdout)) onLine(line)
    return this.#exited
  }

  async close(): Promise<void> {
    this.#child.stdin?.end()
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await this.#endsWithin(GRACE_MS)) return
      this.#child.kill(signal)
    }
    await this.#endsWithin(GRACE_MS)
  }

  async #endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)))
    const ended = this.#exited.then(
      () => true,
      () => true,
    )
    return Promise.race([ended, late]).finally(() => clearTimeout(timer))
  }
}
