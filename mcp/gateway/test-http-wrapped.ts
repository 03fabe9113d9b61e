import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listenOnFreePort } from '../test-port.ts'
import { answer } from './test-wrapped.ts'

export interface Seen {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface HttpWrapped {
  readonly url: string
  readonly seen: readonly Seen[]
  /** Streams of single requests whose client hung up. */
  readonly hungUp: string[]
  /** Says something by itself, on the stream that is open for that. */
  push(line: string): void
  readonly listeners: () => number
  /** From now on no session is known. */
  forget(): void
  close(): Promise<void>
}

/** The test server over streamable HTTP: a session, answers as event streams, and one stream of its own. */
export async function httpWrapped(toolsFile: string): Promise<HttpWrapped> {
  const [seen, hungUp] = [[] as Seen[], [] as string[]]
  const sessions = new Set<string>()
  const streams = new Set<ServerResponse>()
  const held = new Map<string, string>()
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [method, body] = [String(request.method), await text(request)]
    seen.push({ method, headers: request.headers, body })
    const session = request.headers['mcp-session-id']
    const message =
      body === ''
        ? {}
        : (JSON.parse(body) as { method?: string; id?: unknown; params?: { name?: string; _meta?: object } })
    const isModern = request.headers['mcp-method'] !== undefined
    if (message.method === 'initialize') return open(response, body)
    if (!isModern && (typeof session !== 'string' || !sessions.has(session)))
      return void response.writeHead(404).end('no session')
    if (method === 'DELETE') return void response.writeHead(sessions.delete(String(session)) ? 200 : 404).end()
    if (method === 'GET') return listen(request, response)
    if (message.id === undefined || message.method === undefined) return void response.writeHead(202).end()
    if (message.params?.name === 'refused_tool') {
      const error = { code: -32_020, message: 'Header mismatch' }
      return void response.writeHead(400).end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
    }
    if (message.params?.name === 'broken_tool') return void response.writeHead(500).end('<html>oh no</html>')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.on('close', () => response.writableFinished || hungUp.push(body))
    response.write('id: e-1\nretry: 50\ndata:\n\n')
    const say = (line: string): void => {
      if (message.params?.name === 'resumed_tool') {
        held.set('e-1', line)
        return void response.end()
      }
      const isAnswer = line.includes('"result"') || line.includes('"error"')
      response.write(`event: message\ndata: ${line.replace('"result"', '\ndata: "result"')}\n\n`)
      if (isAnswer) response.end()
    }
    answer(body, { toolsFile, say })
  }
  const open = (response: ServerResponse, body: string): void => {
    const id = randomUUID()
    sessions.add(id)
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': id })
    answer(body, { toolsFile, say: (line) => response.end(JSON.stringify(JSON.parse(line), null, 2)) })
  }
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const line = held.get(String(request.headers['last-event-id']))
    if (line !== undefined) return void response.end(`data: ${line}\n\n`)
    response.flushHeaders()
    streams.add(response)
    response.on('close', () => streams.delete(response))
  }
  const listening = await listenOnFreePort(createServer((request, response) => void serve(request, response)))
  return {
    url: `${listening.url}/mcp`,
    seen,
    hungUp,
    push: (line) => streams.forEach((stream) => stream.write(`data: ${line}\n\n`)),
    listeners: () => streams.size,
    forget: () => sessions.clear(),
    close: listening.close,
  }
}
