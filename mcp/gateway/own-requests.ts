import { randomUUID } from 'node:crypto'
import { recordOf, type Json, type Message } from './message.rules.ts'
import type { Outgoing } from './wrapped.ts'

const PREFIX = 'writ:'
/** Pages of one list of tools; a server that has more never ends. */
const MAX_PAGES = 100

interface Waiting {
  readonly resolve: (result: Json) => void
  readonly reject: (error: Error) => void
}

/** Requests that the gateway makes of the server itself; the client sees neither them nor their answers. */
export class OwnRequests {
  readonly #send: (message: Outgoing) => void
  readonly #waiting = new Map<string, Waiting>()
  /** What the client says about itself with each request, in protocols that ask for it. */
  envelope: Json | undefined

  constructor(send: (message: Outgoing) => void) {
    this.#send = send
  }

  async listTools(signal: AbortSignal): Promise<readonly Json[]> {
    const tools: Json[] = []
    let cursor: unknown
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const result = await this.#ask('tools/list', cursor === undefined ? {} : { cursor }, signal)
      const listed = Array.isArray(result['tools']) ? (result['tools'] as unknown[]) : []
      tools.push(...listed.map(recordOf))
      cursor = result['nextCursor']
      if (cursor === undefined || cursor === null) return tools
    }
    throw new Error(`Its list of tools has more than ${MAX_PAGES} pages.`)
  }

  /** True when the message answers one of these requests, and was none of the client's. */
  take({ id, result, error }: Message): boolean {
    if (typeof id !== 'string' || !id.startsWith(PREFIX)) return false
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(recordOf(result))
    else waiting?.reject(new Error(`It answered with an error: ${JSON.stringify(error).slice(0, 300)}`))
    return true
  }

  #ask(method: string, params: Json, signal: AbortSignal): Promise<Json> {
    const id = `${PREFIX}${randomUUID()}`
    const meta = this.envelope === undefined ? {} : { _meta: this.envelope }
    const message = { jsonrpc: '2.0', id, method, params: { ...params, ...meta } }
    return new Promise((resolve, reject) => {
      const late = (): void => {
        this.#waiting.delete(id)
        reject(new Error('It did not answer in time.'))
      }
      signal.addEventListener('abort', late, { once: true })
      const done = <T>(settle: (value: T) => void): ((value: T) => void) => {
        return (value) => {
          signal.removeEventListener('abort', late)
          settle(value)
        }
      }
      this.#waiting.set(id, { resolve: done(resolve), reject: done(reject) })
      this.#send({ line: JSON.stringify(message), message })
    })
  }
}
