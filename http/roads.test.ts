import { request as rawRequest } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testOperations } from './test-operations.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
let keys: Record<'admin' | 'readonly', string>

beforeAll(async () => {
  server = await testServer(testOperations)
  keys = { admin: await server.key(), readonly: await server.key({ role: 'readonly' }) }
})
afterAll(() => server.close())

interface Sent {
  readonly body?: string | Buffer
  readonly headers?: Record<string, string>
  readonly key?: 'admin' | 'readonly' | 'none'
  readonly query?: string
}
interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: Record<string, unknown>
}

const CODE = expect.stringMatching(/^\w+$/) as string
const JWT = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln'
const big = JSON.stringify({ id: 'x', pad: 'x'.repeat(2 * 1024 * 1024) })
const cases: Record<string, { sent: Sent; status: number; error?: RegExp }> = {
  'a call': { sent: { body: '{"id":"a","count":3}' }, status: 200 },
  'an empty body': { sent: { headers: { 'content-type': 'application/json' } }, status: 200 },
  'a body without content type': { sent: { body: '{"id":"a"}' }, status: 200 },
  'a charset': { sent: { body: '{}', headers: { 'content-type': 'application/json; charset=UTF-8' } }, status: 200 },
  'a query beside the body': { sent: { body: '{"id":"a"}', query: '?id=b&flag=true&count=7' }, status: 200 },
  gzip: { sent: { body: gzipSync('{"id":"a"}'), headers: { 'content-encoding': 'gzip' } }, status: 200 },
  deflate: { sent: { body: deflateSync('{"id":"a"}'), headers: { 'content-encoding': 'deflate' } }, status: 200 },
  brotli: { sent: { body: brotliCompressSync('{"id":"a"}'), headers: { 'content-encoding': 'br' } }, status: 200 },
  'a JWT beside the key': { sent: { body: '{}', headers: { authorization: `Bearer ${JWT}` } }, status: 200 },
  'no key': { sent: { body: '{}', key: 'none' }, status: 401, error: /^Unauthorized - Invalid or missing API key$/ },
  'a JWT alone': {
    sent: { key: 'none', headers: { authorization: `Bearer ${JWT}` } },
    status: 401,
    error: /invalid token/,
  },
  'an unknown key': {
    sent: { key: 'none', headers: { 'x-api-key': 'writ_live_nope' } },
    status: 401,
    error: /Unauthorized/,
  },
  'a huge key': {
    sent: { key: 'none', headers: { 'x-api-key': 'k'.repeat(5000) } },
    status: 401,
    error: /Unauthorized/,
  },
  'basic authentication': {
    sent: { key: 'none', headers: { authorization: 'Basic YTpi' } },
    status: 401,
    error: /Unauthorized/,
  },
  'a key without the right': {
    sent: { body: '{}', key: 'readonly' },
    status: 403,
    error: /^Forbidden - readonly API key$/,
  },
  'broken JSON': { sent: { body: '{"id":' }, status: 400, error: /^Invalid JSON body$/ },
  'JSON that is no object': { sent: { body: '[1]' }, status: 400, error: /^Validation failed$/ },
  'JSON null': { sent: { body: 'null' }, status: 400, error: /^Validation failed$/ },
  'bytes that are not UTF-8': {
    sent: { body: Buffer.from([0x7b, 0xff, 0x7d]) },
    status: 400,
    error: /^Invalid JSON body$/,
  },
  'a wrong type': { sent: { body: '{"count":"3"}' }, status: 400, error: /^Validation failed$/ },
  'a NUL character': { sent: { body: '{"id":"a\\u0000"}' }, status: 400, error: /^Validation failed$/ },
  'a prototype key': { sent: { body: '{"__proto__":{"a":1}}' }, status: 400, error: /^Validation failed$/ },
  'deep nesting': {
    sent: { body: `{"x":${'['.repeat(5000)}${']'.repeat(5000)}}` },
    status: 400,
    error: /^Validation failed$/,
  },
  'another content type': {
    sent: { body: 'id=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    status: 400,
  },
  'another charset': {
    sent: { body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } },
    status: 400,
  },
  'another encoding': { sent: { body: '{}', headers: { 'content-encoding': 'compress' } }, status: 400 },
  'gzip that is none': { sent: { body: '{"id":"a"}', headers: { 'content-encoding': 'gzip' } }, status: 400 },
  'a body above the limit': { sent: { body: big }, status: 413, error: /^Request body too large$/ },
  'a small archive of a large body': {
    sent: { body: gzipSync(big), headers: { 'content-encoding': 'gzip' } },
    status: 413,
  },
  'a query field twice': { sent: { query: '?count=1&count=2' }, status: 400, error: /^Validation failed$/ },
  'a fault': { sent: { body: '{"fail":"fault"}' }, status: 409, error: /^No\.$/ },
  'a block': { sent: { body: '{"fail":"blocked"}' }, status: 403, error: /^Blocked\.$/ },
  'a crash': { sent: { body: '{"fail":"crash"}' }, status: 500, error: /^Internal server error$/ },
  'an output that breaks its promise': {
    sent: { body: '{"fail":"output"}' },
    status: 500,
    error: /^Internal server error$/,
  },
  'a database that is away': { sent: { body: '{"fail":"database"}' }, status: 503, error: /database/ },
}

describe('both roads answer alike', () => {
  test.each(Object.entries(cases))('%s', async (_name, { sent, status, error }) => {
    const [hot, plain] = await Promise.all([post('/api/hot', sent), post('/api/plain', sent)])
    expect(hot.status).toBe(status)
    expect(hot.body).toEqual(plain.body)
    expect(Object.keys(hot.headers).filter((name) => name !== 'server-timing')).toEqual(Object.keys(plain.headers))
    expect({ ...hot, headers: steady(hot) }).toEqual({ ...plain, headers: steady(plain) })
    expect(hot.body['error'] ?? '').toMatch(error ?? (status === 200 ? /^$/ : /./))
    expect(hot.body).toMatchObject(status === 200 ? { org: 'org_http' } : { request_id: 'r-1', code: CODE })
  })
})

test('nothing of the inside reaches the caller', async () => {
  const { body } = await post('/api/hot', { body: '{"fail":"crash"}' })
  expect(JSON.stringify(body)).not.toContain('secret of the inside')
})

test('a fault tells its details, data and when to try again', async () => {
  const { body, headers } = await post('/api/hot', { body: '{"fail":"fault"}' })
  expect(body).toMatchObject({ details: ['a: b'], more: 1, code: 'conflict' })
  expect(headers['retry-after']).toBe('3')
})

test('the limit of the body is told', async () => {
  expect((await post('/api/hot', { body: big })).body).toMatchObject({ code: 'BODY_TOO_LARGE', maxBytes: 2_097_152 })
})

test('the body wins over the query, and the query is typed', async () => {
  const { body } = await post('/api/hot', { body: '{"id":"a"}', query: '?id=b&flag=true&count=7' })
  expect(body['got']).toEqual({ id: 'a', flag: true, count: 7 })
})

test('a JWT beside a key is kept as a claim of identity', async () => {
  const { body } = await post('/api/hot', { body: '{}', headers: { authorization: `Bearer ${JWT}` } })
  expect(body['token']).toBe(JWT)
})

test('the guard tells how long it took', async () => {
  expect((await post('/api/hot', { body: '{}' })).headers['server-timing']).toMatch(/^writ;dur=\d/)
})

function steady({ headers }: Answer): object {
  const { date: _, 'server-timing': __, ...rest } = headers
  return rest
}

/** Bare node:http: fetch would not send some of these. */
function post(path: string, { body = '', headers = {}, key = 'admin', query = '' }: Sent): Promise<Answer> {
  const given = key === 'none' ? {} : { 'x-api-key': keys[key] }
  return new Promise((resolve, reject) => {
    const sending = rawRequest(
      {
        port: server.port,
        path: path + query,
        method: 'POST',
        headers: { 'x-request-id': 'r-1', ...given, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const parsed = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed })
        })
      },
    )
    sending.on('error', reject)
    sending.end(body)
  })
}
