import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listenOnFreePort, type Listening } from '../test-port.ts'
import { answer } from './test-wrapped.ts'

export interface Seen {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Request {
  readonly method?: string
  readonly id?: unknown
  readonly params?: { readonly name?: string }
}

/** The test server over streamable HTTP: a session, answers as event streams, and one stream of its own. */
export class HttpWrapped {
  readonly seen: Seen[] = []
  /** Requests whose client hung up before the answer. */
  readonly hungUp: string[] = []
  readonly #toolsFile: string
  readonly #sessions = new Set<string>()
  readonly #streams = new Set<ServerResponse>()
  readonly #held = new Map<string, string>()
  #listening: Listening | undefined

  private constructor(toolsFile: string) {
    this.#toolsFile = toolsFile
  }

  static async open(toolsFile: string): Promise<HttpWrapped> {
    const one = new HttpWrapped(toolsFile)
    one.#listening = await listenOnFreePort(createServer((request, response) => void one.#serve(request, response)))
    return one
  }

  get url(): string {
    return `${this.#listening?.url}/mcp`
  }

  get listeners(): number {
    return this.#streams.size
  }

  /** Says something by itself, on the stream that is open for that. */
  push(line: string): void {
    for (const stream of this.#streams) stream.write(`data: ${line}\n\n`)
  }

  /** From now on no session is known. */
  forget(): void {
    this.#sessions.clear()
  }

  async close(): Promise<void> {
    await this.#listening?.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [method, body] = [String(request.method), await text(request)]
    this.seen.push({ method, headers: request.headers, body })
    const message = (body === '' ? {} : JSON.parse(body)) as Request
    const session = String(request.headers['mcp-session-id'])
    if (message.method === 'initialize') this.#open(body, response)
    else if (request.headers['mcp-method'] === undefined && !this.#sessions.has(session))
      response.writeHead(404).end('no')
    else if (method === 'DELETE') response.writeHead(this.#sessions.delete(session) ? 200 : 404).end()
    else if (method === 'GET') this.#listen(request, response)
    else if (message.id === undefined || message.method === undefined) response.writeHead(202).end()
    else this.#answer(message, body, response)
  }

  #open(body: string, response: ServerResponse): void {
    const id = randomUUID()
    this.#sessions.add(id)
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': id })
    const say = (line: string): void => void response.end(JSON.stringify(JSON.parse(line), null, 2))
    answer(body, { toolsFile: this.#toolsFile, say })
  }

  #listen(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const line = this.#held.get(String(request.headers['last-event-id']))
    if (line !== undefined) return void response.end(`data: ${line}\n\n`)
    response.flushHeaders()
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  #answer({ params }: Request, body: string, response: ServerResponse): void {
    if (params?.name === 'refused_tool') {
      const error = { code: -32_020, message: 'Header mismatch' }
      return void response.writeHead(400).end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
    }
    if (params?.name === 'broken_tool') return void response.writeHead(500).end('<html>oh no</html>')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.on('close', () => response.writableFinished || this.hungUp.push(body))
    response.write('id: e-1\nretry: 50\ndata:\n\n')
    const say = (line: string): void => {
      if (params?.name === 'resumed_tool') {
        this.#held.set('e-1', line)
        return void response.end()
      }
      // An event's data may be of several lines.
      response.write(`event: message\ndata: ${line.replace('"result"', '\ndata: "result"')}\n\n`)
      if (/"(result|error)"/.test(line)) response.end()
    }
    answer(body, { toolsFile: this.#toolsFile, say })
  }
}
