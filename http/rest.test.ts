import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testOperations } from './test-operations.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
let key: string

beforeAll(async () => {
  server = await testServer(testOperations)
  key = await server.key()
})
afterAll(() => server.close())

async function call(
  method: string,
  path: string,
  init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
) {
  const response = await fetch(server.url + path, {
    method,
    ...init,
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...init.headers },
  })
  const text = await response.text()
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  return { status: response.status, headers: response.headers, body, got: body['got'] }
}

describe('a query becomes what its author meant', () => {
  test.each([
    ['numbers and booleans', '?count=12&flag=false', { count: 12, flag: false }],
    ['a boolean as a digit', '?flag=1', { flag: true }],
    ['a list by commas', '?tags=a,b', { tags: ['a', 'b'] }],
    ['a list by repeating', '?tags=a&tags=b', { tags: ['a', 'b'] }],
    ['a list of one', '?tags=a', { tags: ['a'] }],
    ['a list of numbers', '?numbers=1,2', { numbers: [1, 2] }],
    ['a choice of a boolean and text', '?either=true', { either: true }],
    ['the text of that choice', '?either=some', { either: 'some' }],
    ['digits in a text field', '?id=12', { id: '12' }],
    ['camelCase', '?agentId=a', { agent_id: 'a' }],
    ['an empty value as absent', '?count=&id=', {}],
    ['unknown fields as nothing', '?other=1', {}],
    ['percent signs decoded', '?id=a%20b%2Cc', { id: 'a b,c' }],
  ])('%s', async (_name, query, got) => {
    expect(await call('GET', `/api/things${query}`)).toMatchObject({ status: 200, got })
  })

  test.each([
    ['text for a number', '?count=many', /^count: /],
    ['a fraction for an integer', '?count=1.5', /^count: /],
    ['text for a boolean', '?flag=maybe', /^flag: /],
    ['a single value twice', '?count=1&count=1', /^count: is given more than once$/],
    ['a prototype key', '?__proto__=1', /__proto__/],
    ['a NUL character', '?id=%00', /^id: .*NUL/],
  ])('400 for %s', async (_name, query, problem) => {
    const { status, body } = await call('GET', `/api/things${query}`)
    expect({ status, error: body['error'] }).toEqual({ status: 400, error: 'Validation failed' })
    expect(body['details']).toEqual([expect.stringMatching(problem)])
  })
})

describe('paths', () => {
  test('a fixed segment is not taken for an id', async () => {
    expect((await call('GET', '/api/things/stats')).got).toEqual({})
    expect((await call('GET', '/api/things/other')).got).toEqual({ id: 'other' })
  })
  test('an alias leads to the same operation', async () => {
    expect((await call('GET', '/api/alias/x')).got).toEqual({ id: 'x' })
  })
  test('the field of the path wins over query and body, decoded', async () => {
    expect((await call('GET', '/api/things/a%2Fb?id=other')).got).toEqual({ id: 'a/b' })
    expect((await call('DELETE', '/api/things/x', { body: '{"id":"other","count":1}' })).got).toEqual({
      id: 'x',
      count: 1,
    })
  })
  test('a delete without body takes its query', async () => {
    expect((await call('DELETE', '/api/things/x?flag=true')).got).toEqual({ id: 'x', flag: true })
  })
  test('400 for a path that cannot be decoded', async () => {
    expect(await call('GET', '/api/things/%E0%A4%A')).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  })
  test('404 in the shape of every error', async () => {
    const { status, body } = await call('GET', '/api/nowhere')
    expect(status).toBe(404)
    expect(body).toEqual({ error: expect.any(String), code: 'not_found', request_id: expect.stringMatching(/^req_/) })
  })
  test('404 for another case', async () => {
    expect((await call('GET', '/API/things')).status).toBe(404)
  })
  test('405 names the methods there are', async () => {
    const { status, headers, body } = await call('PUT', '/api/things/x')
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'DELETE, GET, HEAD' })
    expect(body['error']).toContain('DELETE, GET, HEAD')
    expect((await call('GET', '/api/hot')).headers.get('allow')).toBe('POST')
    expect((await call('DELETE', '/api/stream')).headers.get('allow')).toBe('GET, HEAD')
  })
  test('HEAD answers like GET, without the body', async () => {
    const { status, headers, body } = await call('HEAD', '/api/things/x')
    expect({ status, body, type: headers.get('content-type') }).toEqual({
      status: 200,
      body: {},
      type: 'application/json; charset=utf-8',
    })
  })
})

test('the status of a success follows from the output', async () => {
  expect((await call('POST', '/api/things', { body: '{}' })).status).toBe(201)
  expect((await call('POST', '/api/things', { body: '{"flag":true}' })).status).toBe(202)
})

test('a Bearer API key authenticates', async () => {
  const response = await fetch(`${server.url}/api/things`, { headers: { authorization: `Bearer ${key}` } })
  expect(response.status).toBe(200)
})

test('an empty x-api-key leaves the Bearer key to speak', async () => {
  const response = await fetch(`${server.url}/api/things`, {
    headers: { authorization: `Bearer ${key}`, 'x-api-key': '' },
  })
  expect(response.status).toBe(200)
})

test('a 401 carries a challenge', async () => {
  const none = await fetch(`${server.url}/api/things`)
  expect(none.headers.get('www-authenticate')).toBe('Bearer realm="writ"')
  const wrong = await fetch(`${server.url}/api/things`, { headers: { 'x-api-key': 'nope' } })
  expect(wrong.headers.get('www-authenticate')).toBe('Bearer realm="writ", error="invalid_token"')
})

test('a revoked key is refused within a second', async () => {
  const secret = await server.key({ name: 'short-lived' })
  const headers = { 'x-api-key': secret }
  expect((await fetch(`${server.url}/api/things`, { headers })).status).toBe(200)
  const { runtime } = server
  await runtime.db.updateTable('api_key').set({ revoked_at: runtime.now() }).where('name', '=', 'short-lived').execute()
  await expect
    .poll(async () => (await fetch(`${server.url}/api/things`, { headers })).status, { timeout: 2000 })
    .toBe(401)
})

test('a public operation needs no key and sees no org', async () => {
  const response = await fetch(`${server.url}/api/public`, { headers: { 'x-api-key': 'wrong' } })
  expect({ status: response.status, body: await response.json() }).toMatchObject({ status: 200, body: { org: '' } })
})

describe('every answer', () => {
  test('echoes a sane request id and replaces any other', async () => {
    const sane = await call('GET', '/api/things', { headers: { 'x-request-id': 'abc-1.2:3' } })
    expect(sane.headers.get('x-request-id')).toBe('abc-1.2:3')
    const odd = await call('GET', '/api/things', { headers: { 'x-request-id': 'a b<script>' } })
    expect(odd.headers.get('x-request-id')).toMatch(/^req_/)
  })
  test('may not be framed, sniffed, cached or referred to', async () => {
    for (const path of ['/api/things', '/api/nowhere', '/api/openapi.json']) {
      const { headers } = await call('GET', path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })
})
