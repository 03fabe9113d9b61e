import { readFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isPagePath, openPages } from './pages.ts'
import { testServer, type TestServer } from './test-server.ts'
import { buildWhenStale } from './web/build.ts'

let server: TestServer
beforeAll(async () => {
  await buildWhenStale()
  server = await testServer([], { pages: openPages() })
}, 120_000)
afterAll(() => server.close())

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** As it is on the wire: `fetch` would unpack it. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

const assetOf = (html: string): string => /\/assets\/index-[\w-]+\.js/.exec(html)?.[0] ?? ''

describe('a page', () => {
  test.each(['/', '/sign-in', '/setup?token=x', '/consent/abc', '/approvals/act_1', '/decisions', '/policies/gp_1'])(
    '%s is the shell, with a policy that allows nothing but files of this server',
    async (path) => {
      const { status, headers, body } = await ask(path)
      expect(status).toBe(200)
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
      const policy = headers['content-security-policy'] ?? ''
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; ")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|nonce|sha256|http|\*/)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-cache',
      })
      expect(body.toString()).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/)
    },
  )

  test('is not fetched again while it is the same', async () => {
    const { headers } = await ask('/')
    const again = await ask('/decisions', { 'if-none-match': headers.etag ?? '' })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  test('HEAD answers as GET without its body; another method is told what is possible', async () => {
    const [got, head] = [await ask('/'), await ask('/', {}, 'HEAD')]
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
      200,
      0,
      got.headers['content-length'],
    ])
    const posted = await ask('/sign-in', {}, 'POST')
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})

describe('a file of the pages', () => {
  test('is kept for ever by its name, and sent packed to who can unpack it', async () => {
    const { body } = await ask('/')
    const path = assetOf(body.toString())
    const plain = await ask(path)
    expect(plain.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'Accept-Encoding',
    })
    expect(plain.headers['content-encoding']).toBeUndefined()
    const br = await ask(path, { 'accept-encoding': 'gzip, deflate, br' })
    expect(br.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true)
    const gzip = await ask(path, { 'accept-encoding': 'br;q=0, gzip' })
    expect(gzip.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true)
  })

  test.each([
    '/manifest.webmanifest',
    '/sw.js',
    '/theme.js',
    '/favicon.svg',
    '/icon-192.png',
    '/icon-maskable-512.png',
  ])('%s is there and asked for again each time', async (path) => {
    const { status, headers } = await ask(path)
    expect([status, headers['cache-control']]).toEqual([200, 'no-cache'])
  })

  test.each([
    '/assets/nothing.js',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/.built',
    '/index.html',
    '/index.html.br',
    '/favicon.ico',
  ])('%s is a 404 and never the shell', async (path) => {
    const { status, headers } = await ask(path)
    expect([status, headers['content-type']]).toEqual([404, 'application/json; charset=utf-8'])
  })
})

test.each([
  '/api',
  '/api/keys',
  '/mcp',
  '/auth/state',
  '/oauth/authorize',
  '/.well-known/jwks.json',
  '/nowhere',
  '/decisions/a/b',
  '/setup/',
])('%s is no page', (path) => expect(isPagePath(path)).toBe(false))

test('without a build a page says how to make one', () => {
  const pages = openPages('/nonexistent/')
  const exchange = { request: { method: 'GET' } } as never
  expect(() => pages.serve(exchange, '/')).toThrow('not built')
  expect(pages.serve(exchange, '/api/keys')).toBe(false)
})

test('every path that the pages route is served, as a first request too', () => {
  const app = readFileSync(new URL('./web/app.tsx', import.meta.url), 'utf8')
  const paths = [...app.matchAll(/<Route path="([^"]+)"/g)].map(([, path = '']) => path.replace(/:\w+/, 'x'))
  expect(paths.length).toBeGreaterThan(15)
  expect(paths.filter((path) => !isPagePath(path))).toEqual([])
})
