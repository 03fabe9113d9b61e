import { createConnection, type Socket } from 'node:net'
import { Answers, type Answer } from './answers.ts'

export interface LoadPlan {
  readonly url: string
  /** Whole requests as they go over the wire; the connections take turns through them. */
  readonly requests: readonly Buffer[]
  readonly connections: number
  /** Seconds to send for; answers that come later are not counted. */
  readonly seconds?: number
  /** Ends after so many answers, when that comes first. */
  readonly total?: number
  readonly onAnswer?: (answer: Answer) => void
}

export interface LoadFigures {
  readonly answers: number
  readonly perSecond: number
  /** Milliseconds from the last byte written to the last byte read. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** Answers whose status is not 2xx. */
  readonly refused: number
  /** Connections that ended before the run did. */
  readonly broken: number
}

/**
 * Keep-alive connections that each send one request after the answer to the one before, without pipelining.
 * Resolves when the time or the total is reached, or every connection is broken: a dead server is a figure, not an
 * error. Rejects with what `onAnswer` throws.
 */
export function runLoad(plan: LoadPlan): Promise<LoadFigures> {
  const { connections, requests, seconds = Infinity, total = Infinity } = plan
  const { hostname, port } = new URL(plan.url)
  return new Promise((resolve, reject) => {
    const latencies: number[] = []
    const sockets: Socket[] = []
    const started = performance.now()
    let refused = 0
    let broken = 0
    let turn = 0
    let open = connections
    let ended = false
    const end = (thrown?: { readonly error: unknown }): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      const passed = (performance.now() - started) / 1000
      for (const socket of sockets) socket.destroy()
      if (thrown) return reject(thrown.error)
      const sorted = Float64Array.from(latencies).sort()
      const answers = latencies.length
      const [p50, p95, p99] = [at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99)]
      resolve({ answers, perSecond: answers / passed, p50, p95, p99, refused, broken })
    }
    const timer = setTimeout(end, Number.isFinite(seconds) ? seconds * 1000 : 2 ** 31 - 1)
    const connect = (): void => {
      let sent = 0
      const socket = createConnection({ host: hostname, port: Number(port), noDelay: true })
      const send = (): void => {
        sent = performance.now()
        socket.write(requests[turn++ % requests.length] as Buffer)
      }
      const reader = new Answers((answer) => {
        if (ended) return
        latencies.push(performance.now() - sent)
        if (answer.status < 200 || answer.status > 299) refused += 1
        try {
          plan.onAnswer?.(answer)
        } catch (error) {
          return end({ error })
        }
        if (latencies.length >= total) end()
        else send()
      })
      socket.on('connect', send)
      socket.on('data', (bytes) => reader.take(bytes))
      socket.on('error', () => undefined)
      socket.on('close', () => {
        if (ended) return
        broken += 1
        open -= 1
        if (open === 0) end()
      })
      sockets.push(socket)
    }
    for (let index = 0; index < connections; index += 1) connect()
  })
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** One HTTP/1.1 POST of a JSON value, byte for byte. */
export function jsonPost(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Buffer {
  const { host, pathname } = new URL(url)
  const text = JSON.stringify(body)
  const lines = Object.entries({
    Host: host,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${text}`)
}

/** One HTTP/1.1 GET, byte for byte. */
export function plainGet(url: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const { host, pathname, search } = new URL(url)
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`)
}
