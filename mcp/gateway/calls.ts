import { hash } from 'node:crypto'
import { envelopeOf, isRecord, recordOf, type Json, type Message } from './message.rules.ts'

/** A call that Writ let run and the server has. */
export interface AllowedCall {
  readonly name: string
  readonly input: Json
  readonly actionId: string | null
  readonly startedAt: number
  /** Its action is closed, or another request goes on with it. */
  settled: boolean
}

export interface NamedCall {
  readonly name: string
  readonly input: Json
}

/** What is called with what; null for what no server can take for a call. */
export function callIn({ params }: Message): NamedCall | null {
  const { name, arguments: input = {} } = recordOf(params)
  return typeof name === 'string' && isRecord(input) ? { name, input } : null
}

/** The kind that results of protocol 2026-07-28 say they are. */
export const resultKind = (message: Message): Json => (envelopeOf(message) ? { resultType: 'complete' } : {})

const MAX_OPEN = 1000
const OPEN_MS = 60 * 60_000

/**
 * Calls whose result comes by a later request: those that asked the client for input first, and those that became a
 * task. What goes on with one was decided with it.
 */
export class OpenCalls {
  readonly #open = new Map<string, { readonly call: AllowedCall; readonly until: number }>()

  /** Keeps a call whose result is not the last word; false when it is. */
  keep(call: AllowedCall, result: Json): boolean {
    const task = recordOf(result['task'])['taskId'] ?? (result['resultType'] === 'task' ? result['taskId'] : undefined)
    if (typeof task === 'string') this.#put(taskKey(task), call)
    else if (result['resultType'] === 'input_required') this.#put(inputKey(call, result['requestState']), call)
    else return false
    return true
  }

  /** The call that this one goes on with, which it is the only one to do. */
  resumedBy(call: NamedCall, { params }: Message): AllowedCall | undefined {
    const { requestState, inputResponses } = recordOf(params)
    if (requestState === undefined && inputResponses === undefined) return undefined
    return this.#take(inputKey(call, requestState))
  }

  /** The call whose task a `tasks/…` request asks about. */
  ofTask({ params }: Message): AllowedCall | undefined {
    const { taskId } = recordOf(params)
    return typeof taskId === 'string' ? this.#open.get(taskKey(taskId))?.call : undefined
  }

  #put(key: string, call: AllowedCall): void {
    const [oldest] = this.#open.keys()
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) this.#open.delete(oldest)
    this.#open.set(key, { call, until: performance.now() + OPEN_MS })
  }

  #take(key: string): AllowedCall | undefined {
    const found = this.#open.get(key)
    this.#open.delete(key)
    return found !== undefined && found.until > performance.now() ? found.call : undefined
  }
}

const taskKey = (id: string): string => `task ${id}`

const inputKey = ({ name, input }: NamedCall, state: unknown): string =>
  hash('sha256', JSON.stringify([name, input, state ?? null]))
