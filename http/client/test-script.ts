import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface ScriptedServer {
  readonly url: string
  readonly seen: string[]
  close(): Promise<void>
}

/** A server that answers as told: for the turns of the wire contract that a healthy server does not take. */
export async function scriptedServer(stream: Answer, actions: readonly object[]): Promise<ScriptedServer> {
  const seen: string[] = []
  let next = 0
  const server = createServer((request, response) => {
    seen.push(request.url ?? '')
    if (request.url === '/api/stream') return stream(request, response)
    const action = actions[Math.min(next, actions.length - 1)]
    next += 1
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ action, open_loops: [], assumptions: [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export const noStream: Answer = (_, response) => {
  response.writeHead(503).end('no stream')
}

/** Sends the pieces one after the other and leaves the stream open. */
export function streaming(...pieces: readonly string[]): Answer {
  return (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    pieces.forEach((piece, index) => setTimeout(() => response.write(piece), index * 15))
  }
}

export const frame = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
