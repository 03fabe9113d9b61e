import type { GatewayOptions } from './gateway.ts'
import type { Governor } from './govern.ts'
import {
  answerTo,
  asJudged,
  CLIENT_INFO,
  envelopeOf,
  failure,
  isBatch,
  isRequest,
  isResponse,
  lossless,
  messagesIn,
  namesOneId,
  recordOf,
  type Json,
  type Message,
} from './message.rules.ts'
import { OwnRequests } from './own-requests.ts'
import { Pins } from './pins.ts'
import { Requests, type Pending } from './requests.ts'
import { ToolCalls, withoutTools } from './tool-calls.ts'
import type { Wrapped } from './wrapped.ts'
import type { WritServer } from './writ-server.ts'

interface RelayParts {
  readonly wrapped: Wrapped
  readonly writ: WritServer
  readonly governor: Governor
  readonly toClient: (line: string) => void
}

/** Answers that tell what a tool gave, whatever request they belong to. */
const RESULTS = new Set(['tasks/result', 'tasks/get'])

/** Decides for each message whether it passes as it is. */
export class Relay {
  readonly #parts: RelayParts
  readonly #tell: (line: string) => void
  readonly #requests = new Requests()
  readonly #own: OwnRequests
  readonly #pins: Pins
  readonly #calls: ToolCalls

  constructor(parts: RelayParts, options: GatewayOptions) {
    this.#parts = parts
    this.#tell = options.tell
    const toServer = parts.wrapped.send.bind(parts.wrapped)
    this.#own = new OwnRequests(toServer)
    this.#pins = new Pins(parts.writ, { ...options, list: (signal) => this.#own.listTools(signal) })
    const { governor, toClient } = parts
    const { claudeSession } = options
    const shared = { governor, pins: this.#pins, scan: options, claudeSession }
    this.#calls = new ToolCalls({ ...shared, toServer, toClient, tell: this.#tell })
  }

  fromClient(line: string): void {
    if (line.trim() === '') return
    const [message] = messagesIn(line) ?? []
    if (message === undefined) return this.#parts.toClient(failure(null, -32_700, 'This line is no JSON-RPC message.'))
    if (isBatch(line))
      return this.#parts.toClient(failure(null, -32_600, 'Batches are not passed on: send one message a line.'))
    this.#meet(message)
    const { method } = message
    if (method === 'notifications/cancelled') return this.#cancel(line, message)
    if (method === 'tools/call' || method === 'tools/list' || RESULTS.has(String(method))) {
      // What is no request gets no answer, so nobody would learn that it was refused.
      if (isRequest(message)) this.#govern(line, message)
      return
    }
    this.#parts.wrapped.send({ line, message })
  }

  fromServer(line: string): void {
    if (line.trim() === '') return
    const messages = messagesIn(line)
    if (messages === null)
      return this.#tell('the server wrote a line that is no JSON-RPC message; it was not passed on')
    if (isBatch(line)) {
      for (const one of lossless(line) as Json[]) this.fromServer(JSON.stringify(one))
      return
    }
    for (const message of messages) this.#take(line, message)
  }

  /** Whoever still waits gets no answer any more. */
  end(why: string): void {
    for (const pending of this.#requests.all) {
      pending.abort.abort()
      this.#calls.abandon(pending, why)
    }
  }

  /** What the client says about itself: once, or with each request. */
  #meet(message: Message): void {
    const envelope = envelopeOf(message)
    const info = message.method === 'initialize' ? recordOf(message.params)['clientInfo'] : envelope?.[CLIENT_INFO]
    const { name } = recordOf(info)
    if (envelope !== undefined) this.#own.envelope = envelope
    if (typeof name === 'string') this.#parts.writ.clientName = name
  }

  #take(line: string, message: Message): void {
    if (!isResponse(message)) {
      if (message.method === 'notifications/tools/list_changed') this.#pins.changed()
      return this.#parts.toClient(line)
    }
    if (this.#own.take(message)) return
    const pending = this.#requests.get(message.id)
    if (pending === undefined) return this.#parts.toClient(namesOneId(line) ? line : asJudged(line, message))
    if (pending.state !== 'sent')
      return this.#tell('the server answered a request that was not with it; it was not passed on')
    pending.state = 'answering'
    void this.#answer(pending, line, message).finally(() => this.#requests.remove(pending))
  }

  #govern(line: string, message: Message): void {
    const method = String(message.method)
    const pending = this.#requests.add(message.id, method)
    if (pending === null) {
      const why = 'Another request has this id, or too many wait for their answers.'
      return this.#parts.toClient(failure(message.id, -32_600, why))
    }
    if (method === 'tools/call') {
      void this.#begin(pending, line, message)
      return
    }
    const call = this.#calls.taskOf(message)
    if (call !== undefined && method === 'tasks/result') pending.call = call
    pending.state = 'sent'
    this.#parts.wrapped.send({ line: asJudged(line, message), message })
  }

  async #begin(pending: Pending, line: string, message: Message): Promise<void> {
    if (!(await this.#calls.begin(pending, line, message))) this.#requests.remove(pending)
  }

  /** Whatever goes wrong on the way, an answer that was not looked at is not passed on. */
  async #answer(pending: Pending, line: string, message: Message): Promise<void> {
    try {
      if (pending.method === 'tools/list') this.#parts.toClient(await this.#listed(pending, line, message))
      else this.#calls.answer(pending, line, message)
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown)
      if (pending.abort.signal.aborted) return
      this.#parts.toClient(failure(pending.id, -32_603, `Writ: the answer could not be checked. ${why}`))
    }
  }

  async #listed({ id, abort }: Pending, line: string, message: Message): Promise<string> {
    const { tools } = recordOf(message.result)
    if (!Array.isArray(tools) || tools.length === 0) return answerTo(id, line, message)
    const verdicts = await this.#pins.check(tools.map(recordOf), abort.signal)
    if (verdicts.every((one) => one === null)) return answerTo(id, line, message)
    return withoutTools(
      id,
      line,
      verdicts.map((one) => one === null),
    )
  }

  #cancel(line: string, message: Message): void {
    const pending = this.#requests.get(recordOf(message.params)['requestId'])
    if (pending?.state === 'held') {
      // The server has not heard of it.
      pending.abort.abort()
      return
    }
    if (pending !== undefined) {
      pending.abort.abort()
      this.#calls.abandon(pending, 'The client cancelled the call.')
    }
    this.#parts.wrapped.send({ line, message })
  }
}
