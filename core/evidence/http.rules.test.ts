import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { hostKind } from './http-hosts.rules.ts'
import { gradeHttp } from './http.rules.ts'

test.each([
  ['GET', 'https://api.example.org/v1/users', 10, 'none'],
  ['POST', 'https://api.example.org/v1/users', 45, 'low'],
  ['DELETE', 'https://api.example.org/v1/posts/3', 65, 'elevated'],
  ['delete', 'http://localhost:3000/v1/posts/3', 65, 'low'],
  ['BREW', 'https://api.example.org/coffee', 45, 'elevated'],
])('%s %s has base %d and is %s', (method, url, base, danger) => {
  expect(gradeHttp({ method, url })).toMatchObject({ actionType: 'api', baseRisk: base, danger })
})

test('a sensitive host adds twenty to a write, localhost takes ten away', () => {
  expect(gradeHttp({ method: 'POST', url: 'https://api.stripe.com/v1/customers' }).total).toBe(65)
  expect(gradeHttp({ method: 'POST', url: 'http://localhost:3000/x' }).total).toBe(35)
})

test('host and target are given without credentials or query', () => {
  const grade = gradeHttp({ method: 'GET', url: 'https://ann:secret@Api.Example.org./a?token=1' })
  expect(grade.hosts).toEqual(['api.example.org'])
  expect(JSON.stringify(grade)).not.toContain('secret')
})

test.each([
  ['169.254.169.254', 'metadata'],
  ['[::ffff:169.254.169.254]', 'metadata'],
  ['169-254-169-254.nip.io', 'metadata'],
  ['127.0.0.1', 'loopback'],
  ['[::1]', 'loopback'],
  ['0.0.0.0', 'loopback'],
  ['app.localhost', 'loopback'],
  ['10.1.2.3', 'private'],
  ['db.internal', 'private'],
  ['postgres', 'private'],
  ['[fd00::1]', 'private'],
  ['8.8.8.8', 'public'],
  ['example.org', 'public'],
])('%s is %s', (host, kind) => {
  expect(hostKind(host)).toBe(kind)
})

test.each(['http://2852039166/latest/meta-data/iam/', 'http://0xa9fea9fe/', 'http://0251.0376.0251.0376/'])(
  'another spelling of the metadata address is still it: %s',
  (url) => {
    expect(gradeHttp({ method: 'GET', url }).flags).toContain('metadata')
  },
)

test('a method hidden in query or body is the method', () => {
  const url = 'https://api.example.org/v1/databases/3'
  expect(gradeHttp({ method: 'POST', url: `${url}?_method=DELETE` }).danger).toBe('high')
  expect(gradeHttp({ method: 'POST', url, body_excerpt: '_method=delete' }).danger).toBe('high')
})

test('an agent that approves itself is caught on a local and on a named instance, elsewhere it is only noted', () => {
  const approve = (base: string) => gradeHttp({ method: 'POST', url: `${base}/api/approvals/act_1/approve` }).danger
  expect(approve('http://127.0.0.1:3000')).toBe('catastrophic')
  expect(approve('https://writ.example.org')).toBe('catastrophic')
  expect(approve('https://expenses.example.org')).toBe('elevated')
})

test('asking the governance is not changing it', () => {
  expect(gradeHttp({ method: 'POST', url: 'http://127.0.0.1:3000/api/guard' }).danger).toBe('low')
})

test('a secret leaving for a stranger is high, for a public drop catastrophic', () => {
  const body_excerpt = 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY'
  expect(gradeHttp({ method: 'POST', url: 'https://example.net/x', body_excerpt }).danger).toBe('high')
  expect(gradeHttp({ method: 'POST', url: 'https://webhook.site/x', body_excerpt }).danger).toBe('catastrophic')
})

test.each(['', 'not a url at all', 'http://', 'http://[::', '\0'])(
  'an address that cannot be read raises: %j',
  (url) => {
    expect(gradeHttp({ method: 'GET', url }).danger).toBe('elevated')
  },
)

test('any request is graded without an error', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  const url = fc.oneof(text, fc.webUrl({ withQueryParameters: true, withFragments: true }))
  fc.assert(
    fc.property(text, url, text, (method, address, body_excerpt) => {
      const grade = gradeHttp({ method, url: address, body_excerpt })
      expect(grade.total).toBeGreaterThanOrEqual(0)
      expect(grade.total).toBeLessThanOrEqual(100)
    }),
    { numRuns: 500 },
  )
})

test.each(['mutation delete', 'SECRET_', 'A', 'cmd=', '%25', '../', 'a.', '{"delete":'])(
  'text that repeats %j takes bounded time',
  (piece) => {
    const started = performance.now()
    gradeHttp({
      method: 'POST',
      url: `https://example.org/${piece.repeat(2000 / piece.length)}`,
      body_excerpt: piece.repeat(4096 / piece.length),
    })
    expect(performance.now() - started).toBeLessThan(500)
  },
)
