import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { faultBody, Fault } from '#core/kernel/errors'
import { newId } from '#core/kernel/id'

export interface Listening {
  /** The address it is bound to, with the port the system chose when 0 was asked for. */
  readonly url: string
  readonly port: number
  /** Takes no new connection, lets what runs finish for at most `seconds`, then cuts the rest. */
  stop(seconds: number): Promise<void>
}

/** The address is taken or not ours; the message is the sentence to show. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** Takes over the connection of a request for another protocol. */
export interface Upgrades {
  /** Whether the path speaks another protocol at all; elsewhere the wish is passed over, as HTTP has it. */
  readonly at: (request: IncomingMessage) => boolean
  readonly upgrade: (request: IncomingMessage, wire: Duplex, head: Buffer) => void
}

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void

export async function listen(
  listener: RequestListener,
  { host, port, upgrades }: { host: string; port: number; upgrades?: Upgrades },
): Promise<Listening> {
  const takes = upgrades ? { shouldUpgradeCallback: upgrades.at } : {}
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000, ...takes }, listener)
  if (upgrades) server.on('upgrade', upgrades.upgrade)
  server.on('clientError', answerUnreadable)
  await bound(server, host, port)
  const address = server.address()
  const actual = address !== null && typeof address === 'object' ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    port: actual,
    stop: (seconds) => stop(server, seconds),
  }
}

function bound(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(sentence(error, host, port), { cause: error })),
    )
    server.listen(port, host, resolve)
  })
}

function sentence({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is in use by another program; stop it or choose another with --port or WRIT_PORT.`
  }
  if (code === 'EACCES')
    return `Port ${port} on ${host} may not be used by this user; choose one above 1023 with --port or WRIT_PORT.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is not an address of this machine; choose another with --host or WRIT_HOST.`
  }
  return `Cannot listen on ${host}:${port}: ${message}`
}

function stop(server: Server, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), seconds * 1000)
    // A connection whose last answer is out stays open for the next request, which shall not come.
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearTimeout(cut)
      clearInterval(sweep)
      resolve()
    })
  })
}

const unreadable: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
}

/** What is not HTTP never becomes a request; it is answered on the bare socket, in the shape of every other error. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = unreadable[error.code ?? ''] ?? [400, 'The request is not valid HTTP.']
  const body = JSON.stringify(faultBody(new Fault('invalid_input', message), newId('req')))
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
