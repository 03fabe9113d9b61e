import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that is none of Writ's. */
export interface Stub {
  readonly url: string
  close(): void
}

export async function stub(listener: RequestListener): Promise<Stub> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const says =
  (status: number, body: string): RequestListener =>
  (request, response) =>
    void request.resume().on('end', () => response.writeHead(status, { Location: 'http://127.0.0.1:9' }).end(body))

export const hang: RequestListener = (request) => void request.resume()

/** A byte now and then, so that no single wait is long. */
export const drip: RequestListener = (request, response) => {
  request.resume()
  response.writeHead(200)
  const timer = setInterval(() => response.write(' '), 100)
  response.on('close', () => clearInterval(timer))
}

/** Breaks the connection off when the question has arrived. */
export const cutOff: RequestListener = (request) => request.resume().on('end', () => request.socket.destroy())

export const endless: RequestListener = (request, response) => {
  request.resume()
  const more = (): void => {
    while (response.write('x'.repeat(65_536)));
  }
  response.on('drain', more)
  more()
}
