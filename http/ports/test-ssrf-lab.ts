import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { createSafeFetch, type SafeFetch } from './safe-fetch.ts'
import { testDns, type TestDns, type Zone } from './test-dns-server.ts'

/** Short, so that what never ends ends soon; the server's own are a minute and eight megabytes. */
export const LAB_TIMEOUT_MS = 400
export const LAB_MAX_BYTES = 64 * 1024

export interface SsrfLab {
  /** The one road out, as the server builds it, asking the lab's DNS server. */
  readonly egress: SafeFetch
  /** `http://front.example:port`: a host on the operator's list. */
  readonly front: string
  /** The operator's list. */
  readonly allow: string
  /** Where the inside listens, on every loopback address. */
  readonly port: number
  readonly dns: TestDns
  /** Connections that reached the inside. One is one too many. */
  reached(): number
  close(): Promise<void>
}

export async function ssrfLab(): Promise<SsrfLab> {
  let connections = 0
  const inside = createTcpServer((socket) => {
    connections += 1
    socket.destroy()
  })
  const front = createTcpServer(serveFront)
  const [port, frontPort] = [await listening(inside), await listening(front)]
  const dns = await testDns(zone)
  const allow = `front.example:${frontPort}`
  const limits = { timeoutMs: LAB_TIMEOUT_MS, maxBytes: LAB_MAX_BYTES }
  const egress = createSafeFetch({ allow: new Set([allow]), resolve: dns.resolve, ...limits })
  return {
    egress,
    front: `http://${allow}`,
    allow,
    port,
    dns,
    reached: () => connections,
    close: async () => {
      await egress.close()
      for (const socket of open) socket.destroy()
      await Promise.all([closed(inside), closed(front), dns.close()])
    },
  }
}

const always =
  (...answers: string[]) =>
  () =>
    answers

/** Public by number, part of the internet that was given back: nobody is there. */
const NOBODY = '3ffe::7'

const zone: Zone = {
  'front.example': always('127.0.0.1'),
  localhost: always('127.0.0.1', '::1'),
  'any.localhost': always('127.0.0.1'),
  'loopback.example': always('127.0.0.1'),
  'loopback6.example': always('::1'),
  'private.example': always('192.168.7.7'),
  'private6.example': always('fd00::7'),
  'multicast.example': always('224.0.0.1'),
  'cgnat.example': always('100.64.3.4'),
  'nat64.example': always('64:ff9b::7f00:1'),
  '6to4.example': always('2002:7f00:1::'),
  metadata: always('169.254.169.254'),
  'metadata.google.internal': always('169.254.169.254', 'fd20:ce::254'),
  'instance-data': always('169.254.169.254'),
  'instance-data.ec2.internal': always('169.254.169.254', 'fd00:ec2::254'),
  'mixed.example': always('93.184.215.14', '127.0.0.1'),
  'mixed6.example': always('93.184.215.14', '::1'),
  'alias.example': always('loopback.example', '127.0.0.1'),
  'aliases.example': always('alias.example', 'loopback.example', '10.0.0.9'),
  'silent.example': () => 'silent',
  'rebind.example': (nth) => (nth % 3 === 0 ? [NOBODY] : nth % 3 === 1 ? ['127.0.0.1'] : ['::1', NOBODY]),
  'rebind-late.example': (nth) => (nth % 2 === 0 ? [NOBODY] : ['127.0.0.1']),
}

const open = new Set<Socket>()
const MEGABYTES = Buffer.alloc(8 * 1024 * 1024)
const encoded = (coding: string, body: Buffer): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: ${coding}\r\ncontent-length: ${body.length}\r\n\r\n`

/** Written to the socket by hand: no server library would send most of this. */
function serveFront(socket: Socket): void {
  open.add(socket)
  socket.on('close', () => open.delete(socket)).on('error', () => undefined)
  socket.once('data', (data) => {
    const path = data.toString('latin1').split(' ')[1] ?? ''
    const [, name = '', status, target = ''] = path.split('/')
    const ok = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
    const send = (head: string, body: Buffer | string = ''): void => void (socket.write(head), socket.end(body))
    const forever = (text: string, everyMs: number): void => {
      const timer = setInterval(() => socket.write(text), everyMs)
      socket.on('close', () => clearInterval(timer))
    }
    const answers: Readonly<Record<string, () => void>> = {
      ok: () => send(`${ok}connection: close\r\n\r\n`, goodAnswer(data.toString('latin1'))),
      to: () =>
        send(
          `HTTP/1.1 ${status} Moved\r\nlocation: ${Buffer.from(target, 'base64url').toString('utf8')}\r\ncontent-length: 0\r\n\r\n`,
        ),
      circle: () => send('HTTP/1.1 307 Moved\r\nlocation: /circle\r\ncontent-length: 0\r\n\r\n'),
      silent: () => undefined,
      'slow-headers': () => (socket.write('HTTP/1.1 200 OK\r\n'), forever('x', 50)),
      'endless-headers': () => (socket.write('HTTP/1.1 200 OK\r\n'), forever(`x-more: ${'x'.repeat(500)}\r\n`, 1)),
      'huge-header': () => send(`${ok}x-huge: ${'x'.repeat(1024 * 1024)}\r\n\r\n`, okBody),
      'many-headers': () => send(`${ok}${'x-many: x\r\n'.repeat(100_000)}\r\n`, okBody),
      'slow-body': () => (socket.write(`${ok}content-length: 100\r\n\r\n{`), forever(' ', 50)),
      'endless-body': () => (socket.write(`${ok}connection: close\r\n\r\n`), forever(' '.repeat(4096), 1)),
      'large-body': () => send(`${ok}content-length: ${MEGABYTES.length}\r\n\r\n`, MEGABYTES),
      'gzip-bomb': () => bomb(socket, 'gzip', gzipSync(MEGABYTES)),
      'deflate-bomb': () => bomb(socket, 'deflate', deflateSync(MEGABYTES)),
      'brotli-bomb': () => bomb(socket, 'br', brotliCompressSync(MEGABYTES)),
      'gzip-twice': () => bomb(socket, 'gzip, gzip', gzipSync(gzipSync(MEGABYTES))),
      'not-http': () => send('SSH-2.0-OpenSSH_9.9\r\n'),
      'cut-short': () => send(`${ok}content-length: 1000\r\n\r\n`, '{'),
    }
    answers[name]?.()
  })
}

function bomb(socket: Socket, coding: string, body: Buffer): void {
  socket.write(encoded(coding, body))
  socket.end(body)
}

/** What every path takes for a good answer: a webhook's, a language model's, the description of a sign-in provider, keys. */
function goodAnswer(request: string): string {
  const front = `http://${/^host: *(\S+)/im.exec(request)?.[1] ?? ''}`
  return JSON.stringify({ ...JSON.parse(okBody), issuer: `${front}/ok`, authorization_endpoint: `${front}/authorize` })
}

const okBody = JSON.stringify({
  keys: [],
  decision: 'allow',
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '{"violates":false,"reason":"fine"}' } },
  ],
})

/** On all addresses of both families where the system has both. */
async function listening(server: Server): Promise<number> {
  const [host, fallback] = ['::', '127.0.0.1']
  await new Promise<void>((ready) => {
    server.once('error', () => server.listen(0, fallback, ready))
    server.listen(0, host, ready)
  })
  return (server.address() as AddressInfo).port
}

const closed = (server: Server): Promise<void> => new Promise((done) => void server.close(() => done()))
