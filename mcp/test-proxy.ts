import { createServer, request as forward } from 'node:http'
import { listenOnFreePort, type Listening } from './test-port.ts'

/** Adds the key to every request, because the conformance suite cannot send one; all else passes as it came. */
export async function keyAddingProxy(target: string, key: string): Promise<Listening> {
  const { hostname, port } = new URL(target)
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request
    const options = { hostname, port, method, path, headers: { ...headers, 'x-api-key': key } }
    const onward = forward(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  return listenOnFreePort(server)
}
