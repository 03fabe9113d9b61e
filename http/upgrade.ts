import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { Fault } from '#core/kernel/errors'
import { assertOwnOrigin } from './accounts/csrf.ts'
import { authenticate } from './answer.ts'
import type { EventStreams } from './events.ts'
import type { Exchange } from './exchange.ts'

/** Messages of clients have no meaning here; this only bounds what one can make us hold. */
const MAX_MESSAGE = 4096

export interface Opened {
  readonly socket: WebSocket
  readonly wire: Duplex
}

const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false })

/** To answer a wish to change the protocol as any other request, before it is granted. */
export function plainResponse(request: IncomingMessage, wire: Duplex): ServerResponse {
  wire.on('error', () => wire.destroy())
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(wire as NonNullable<ServerResponse['socket']>)
  response.on('finish', () => wire.end())
  return response
}

/** Opens the socket of `/ws`. A page may use the session of its person only where the page is one of this server. */
export async function openSocket(exchange: Exchange, head: Buffer, streams: EventStreams): Promise<void> {
  const { request, response } = exchange
  const caller = await authenticate(exchange)
  if (caller.credentials?.kind === 'session') assertOwnOrigin(request, exchange.runtime.settings)
  if (
    request.headers['sec-websocket-version'] !== '13' ||
    !/^[+/\w]{22}==$/.test(request.headers['sec-websocket-key'] ?? '')
  ) {
    throw new Fault('invalid_input', 'This is no handshake of a WebSocket (version 13, Sec-WebSocket-Key).')
  }
  await streams.serveSocket(exchange, caller, async () => {
    const wire = response.socket
    if (wire === null || wire.destroyed) throw new Fault('gone', 'The caller hung up before the answer.')
    response.detachSocket(wire)
    const socket = await new Promise<WebSocket>((resolve) => server.handleUpgrade(request, wire, head, resolve))
    return { socket, wire }
  })
}
