import { createConnection } from 'node:net'
import { plainGet } from './load.ts'

export interface Waiter {
  /** When something like `pattern` was next told on the stream, in the clock of `performance.now()`. */
  told(pattern: RegExp): Promise<number>
  close(): void
}

const KEPT = 64 * 1024

/** A waiting client of `GET /api/stream`: a bare socket, so that a thousand of them cost this process little. Open once told `connected`. */
export function openWaiter(url: string, key: string): Promise<Waiter> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: hostname, port: Number(port), noDelay: true })
    let text = ''
    let wanted: { pattern: RegExp; tell: (at: number) => void } | undefined
    const look = (): void => {
      if (wanted === undefined || !wanted.pattern.test(text)) return
      wanted.tell(performance.now())
      wanted = undefined
    }
    const waiter: Waiter = {
      told: (pattern) =>
        new Promise((tell) => {
          text = ''
          wanted = { pattern, tell }
        }),
      close: () => socket.destroy(),
    }
    socket.setEncoding('latin1')
    socket.on('connect', () => socket.write(plainGet(`${url}/api/stream`, { 'x-api-key': key })))
    socket.on('data', (bytes: string) => {
      text = (text + bytes).slice(-KEPT)
      if (text.includes('event: connected')) resolve(waiter)
      look()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The stream ended before it was open.')))
  })
}
