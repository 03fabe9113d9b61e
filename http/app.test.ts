import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testOperations } from './test-operations.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
let key: string

beforeAll(async () => {
  server = await testServer(testOperations, {
    settings: { cors_origins: 'https://app.example, https://other.example/', allowed_hosts: 'writ.example' },
    mcp: async (request, response, { actor, requestId }) => {
      if (request.url === '/mcp?crash') throw new Error('mcp broke')
      response.end(JSON.stringify({ org: actor.orgId, requestId }))
    },
  })
  key = await server.key()
})
afterAll(() => server.close())

/** Writes bytes, reads until the server closes or has been quiet for a moment. */
function raw(bytes: string | Buffer, quietMs = 300): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.setTimeout(quietMs, () => socket.destroy())
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}
const get = (path: string, headers: string) => raw(`GET ${path} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`)

describe('DNS rebinding', () => {
  test.each(['localhost:1', '127.0.0.1', '[::1]:3000', 'writ.example', 'LOCALHOST'])('%s is served', async (host) => {
    expect(await get('/api/public', `Host: ${host}`)).toMatch(/^HTTP\/1\.1 200/)
  })
  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    'a@localhost',
    '',
    'writ.example/x',
  ])('host %j is refused', async (host) => {
    expect(await get('/api/public', `Host: ${host}`)).toMatch(/^HTTP\/1\.1 403[^]*"error":"Invalid Host header\."/)
  })
  test.each(['https://evil.example', 'null', 'http://localhost.evil.example'])(
    'origin %s is refused',
    async (origin) => {
      expect(await get('/mcp', `Host: localhost\r\nOrigin: ${origin}`)).toMatch(/^HTTP\/1\.1 403[^]*Invalid Origin/)
    },
  )
  test('the guard itself is protected as well', async () => {
    expect(await raw('POST /api/hot HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 403/,
    )
  })
})

describe('CORS', () => {
  test('a configured origin may read answers', async () => {
    const response = await fetch(`${server.url}/api/public`, { headers: { origin: 'https://app.example' } })
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(response.headers.get('vary')).toContain('Origin')
  })
  test('a preflight is a 204 with the methods and headers', async () => {
    const response = await fetch(`${server.url}/api/things`, {
      method: 'OPTIONS',
      headers: { origin: 'https://other.example' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://other.example')
    expect(response.headers.get('access-control-allow-headers')).toMatch(/Content-Type, x-api-key/)
    expect(response.headers.get('access-control-max-age')).toBe('86400')
  })
  test('a loopback page is served but gets no permission to read', async () => {
    const response = await fetch(`${server.url}/api/public`, { headers: { origin: 'http://localhost:5173' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('MCP', () => {
  test.each(['/mcp', '/api/mcp'])('%s is served with the caller known', async (path) => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'x-api-key': key, 'x-request-id': 'r' },
    })
    expect(await response.json()).toEqual({ org: 'org_http', requestId: 'r' })
  })
  test('401 with a challenge without a key', async () => {
    const response = await fetch(`${server.url}/mcp`, { method: 'POST' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })
  test('a failure in it is a bare 500', async () => {
    const response = await fetch(`${server.url}/mcp?crash`, { headers: { 'x-api-key': key } })
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 500,
      body: { error: 'Internal server error', code: 'internal' },
    })
  })
})

describe('what is not HTTP does not hurt', () => {
  test.each([
    ['garbage', '\u0000\u0001\u0002\r\n\r\n'],
    ['a broken request line', 'GET\r\n\r\n'],
    [
      'two content lengths',
      'POST /api/hot HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    ],
    [
      'length and chunks',
      'POST /api/hot HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header with a NUL', 'GET / HTTP/1.1\r\nHost: localhost\r\nx: a\u0000b\r\n\r\n'],
  ])('%s is a 400 in the shape of every error', async (_name, bytes) => {
    const text = await raw(bytes)
    expect(text).toMatch(/^HTTP\/1\.1 400/)
    expect(text).toContain('"code":"invalid_input","request_id":"req_')
  })
  test('headers without end are a 431', async () => {
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431/,
    )
  })
  test('broken chunks and a body that stops are survived', async () => {
    const head = `POST /api/hot HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${key}\r\n`
    await raw(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)
    await raw(`${head}Content-Length: 100\r\n\r\n{"id":`, 100)
    await raw(`${head}Content-Length: 100\r\nContent-Encoding: gzip\r\n\r\n{"id":`, 100)
    expect((await fetch(`${server.url}/api/public`)).status).toBe(200)
  })
  test('an address in the request line is served, an unknown one not', async () => {
    expect(await get('http://localhost/api/public', 'Host: localhost')).toMatch(/^HTTP\/1\.1 200/)
    expect(await get('//evil/api/public', 'Host: localhost')).toMatch(/^HTTP\/1\.1 404/)
  })
  test('an upload of 10 MB is refused with an answer that arrives', async () => {
    const response = await fetch(`${server.url}/api/plain`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: `"${'x'.repeat(10 * 1024 * 1024)}"`,
    })
    expect(response.status).toBe(413)
  })
})
