import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Settings } from '#core/kernel/config'
import { documented } from './test-bodies.ts'
import { str, testClient, text, time, type TestClient } from './test-client.ts'

const { person } = documented
const DAY = 86_400_000

let client: TestClient
let now = Date.now()
beforeAll(async () => {
  client = await testClient([], {}, () => new Date(now))
})
afterAll(() => client.close())

const refusal = (code: string) => ({ error: expect.objectContaining({ code, message: text, requestId: text }) })

describe('who may register, by WRIT_OPEN_REGISTRATION', () => {
  const outside = { host: '0.0.0.0', public_url: 'https://writ.example' }
  test.each<[string, Partial<Settings>, number]>([
    ['local, and served to this machine alone', { open_registration: 'local' }, 201],
    ['local, and bound to every address', { open_registration: 'local', host: '0.0.0.0' }, 403],
    ['local, and known under an address', { open_registration: 'local', public_url: 'https://writ.example' }, 403],
    ['on, wherever it is served', { open_registration: 'on', ...outside, allowed_hosts: '127.0.0.1' }, 201],
    ['off, even on this machine', { open_registration: 'off' }, 403],
    ['on, but a provider vouches for people', { open_registration: 'on', sso_issuer: 'https://id.example.com' }, 403],
  ])('%s', async (_, settings, expected) => {
    const other = await testClient([], settings)
    const { status, body } = await other.call('POST', '/auth/register', person)
    expect(status).toBe(expected)
    const accounts = await other.server.runtime.db.selectFrom('account').select('email').execute()
    expect(accounts).toEqual(expected === 201 ? [{ email: person.email }] : [])
    expect(Object.keys(body)).toEqual([expected === 201 ? 'user' : 'error'])
    await other.close()
  })
})

describe('an account of theirs is a person of Writ', () => {
  test('one account per address, however it is spelled; of eight at once one is made', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => client.call('POST', '/auth/register', person)))
    expect(made.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 7 }, () => 409),
    ])
    const again = await client.call('POST', '/auth/register', { ...person, email: 'YOU@example.com' })
    expect([again.status, again.body]).toEqual([409, refusal('CONFLICT')])
    expect(await client.server.runtime.db.selectFrom('membership').select('role').execute()).toEqual([
      { role: 'owner' },
    ])
    now += DAY
  })

  test('the token is good for seven days, and no longer', async () => {
    const { body } = await client.call('POST', '/auth/login', person)
    client.token = str(body['token'])
    expect((await client.call('GET', '/agents')).status).toBe(200)
    now += 7 * DAY - 60_000
    expect((await client.call('GET', '/agents')).status).toBe(200)
    now += 61_000
    const late = await client.call('GET', '/agents')
    expect([late.status, late.body]).toEqual([401, refusal('UNAUTHORIZED')])
  })

  test('the token is a session of Writ: listed there, and ended there it ends here', async () => {
    client.token = str((await client.call('POST', '/auth/login', person)).body['token'])
    const sessions = client.server.runtime.db.selectFrom('account_session').selectAll().orderBy('created_at', 'desc')
    const [latest] = await sessions.execute()
    expect(latest?.revoked_at).toBeNull()
    // The secret is kept as a hash alone.
    expect(JSON.stringify(await sessions.execute())).not.toContain(client.token)
    await client.server.runtime.db
      .updateTable('account_session')
      .set({ revoked_at: new Date(now) })
      .where('id', '=', latest?.id ?? '')
      .execute()
    now += 2000
    expect((await client.call('GET', '/agents')).status).toBe(401)
  })

  test('whoever guesses is stopped, the right password too then; the answer says for how long', async () => {
    const guess = () => client.call('POST', '/auth/login', { ...person, password: 'a-wrong-password' })
    for (let n = 0; n < 10; n += 1) expect((await guess()).status).toBe(401)
    const { status, body, headers } = await client.call('POST', '/auth/login', person)
    expect([status, body]).toEqual([429, refusal('RATE_LIMITED')])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(60)
    now += 16 * 60_000
    expect((await client.call('POST', '/auth/login', person)).status).toBe(200)
  })

  test('an address that nobody has is told as a wrong password is', async () => {
    const nobody = await client.call('POST', '/auth/login', { ...person, email: 'nobody@example.com' })
    const wrong = await client.call('POST', '/auth/login', { ...person, password: 'another-wrong-one' })
    const { requestId: _, ...told } = nobody.body['error'] as Record<string, unknown>
    expect([nobody.status, wrong.status]).toEqual([401, 401])
    expect(wrong.body['error']).toMatchObject(told)
  })
})

describe('keys of theirs are keys of Writ', () => {
  const SCOPES = ['agents:read', 'agents:write', 'tasks:read', 'tasks:write', 'webhooks:read', 'webhooks:write']
  const known: Record<string, string> = {}
  beforeAll(async () => {
    client.token = str((await client.call('POST', '/auth/login', person)).body['token'])
    known['agent'] = str((await client.call('POST', '/agents', documented.agent)).body['id'])
    known['task'] = str((await client.call('POST', '/tasks', documented.task(known['agent']))).body['id'])
  })

  /** What each scope lets in, and nothing else does. */
  const reach = (): [scope: string, method: string, path: string, body?: unknown][] => [
    ['agents:read', 'GET', '/agents'],
    ['agents:read', 'GET', `/agents/${known['agent']}`],
    ['agents:read', 'GET', `/agents/${known['agent']}/lineage`],
    ['agents:read', 'GET', `/agents/${known['agent']}/versions`],
    ['agents:read', 'GET', `/agents/${known['agent']}/versions/compare?from=1&to=1`],
    ['agents:write', 'POST', '/agents', documented.firstAgent],
    ['agents:write', 'POST', `/agents/${known['agent']}/fork`, documented.fork],
    ['agents:write', 'POST', `/agents/${known['agent']}/versions`, documented.version],
    ['agents:write', 'POST', `/agents/${known['agent']}/rollback`, { versionId: '1' }],
    ['tasks:read', 'GET', '/tasks'],
    ['tasks:read', 'GET', `/tasks/${known['task']}`],
    ['tasks:write', 'POST', '/tasks', documented.task(known['agent'])],
    ['tasks:write', 'PATCH', `/tasks/${known['task']}`, { output: {} }],
    ['webhooks:read', 'GET', '/webhooks'],
    ['webhooks:write', 'POST', '/webhooks', documented.webhook],
  ]

  test.each(SCOPES)('%s lets in what it names, and a key without it gets a 403', async (scope) => {
    const keyFor = async (scopes: readonly string[]) =>
      str((await client.call('POST', '/api-keys', { name: scope, scopes })).body['key'])
    const [own, others] = [await keyFor([scope]), await keyFor(SCOPES.filter((one) => one !== scope))]
    for (const [, method, path, body] of reach().filter(([needed]) => needed === scope)) {
      const allowed = await client.call(method, path, body, own)
      expect({ method, path, status: allowed.status }).toEqual({ method, path, status: method === 'POST' ? 201 : 200 })
      const refused = await client.call(method, path, body, others)
      expect([refused.status, refused.body]).toEqual([403, refusal('FORBIDDEN')])
    }
  })

  test('a key makes, lists and revokes no keys, whatever its scopes are', async () => {
    const { body: key } = await client.call('POST', '/api-keys', { name: 'all', scopes: SCOPES })
    for (const [method, path, body] of [
      ['POST', '/api-keys', documented.key],
      ['GET', '/api-keys'],
      ['DELETE', `/api-keys/${str(key['id'])}`],
    ] as const) {
      expect((await client.call(method, path, body, str(key['key']))).status).toBe(403)
    }
  })

  test('a key is kept as a hash, known to Writ with its scopes, and is told to its own account alone', async () => {
    const { body } = await client.call('POST', '/api-keys', documented.key)
    const rows = await client.server.runtime.db.selectFrom('api_key').selectAll().execute()
    expect(rows.find(({ id }) => id === body['id'])).toMatchObject({ role: 'admin', agent_id: null, revoked_at: null })
    expect(JSON.stringify(rows)).not.toContain(str(body['key']))
    const other = { email: 'other@example.com', password: 'another-secure-password' }
    await client.call('POST', '/auth/register', other)
    const theirs = str((await client.call('POST', '/auth/login', other)).body['token'])
    expect((await client.call('GET', '/api-keys', undefined, theirs)).body).toEqual({ data: [] })
    const foreign = await client.call('DELETE', `/api-keys/${str(body['id'])}`, undefined, theirs)
    expect([foreign.status, foreign.body]).toEqual([404, refusal('NOT_FOUND')])
    expect((await client.call('GET', '/agents', undefined, str(body['key']))).status).toBe(200)
    const { body: listed } = await client.call('GET', '/api-keys')
    expect(listed['data']).toContainEqual({
      ...documented.key,
      id: body['id'],
      keyPrefix: body['keyPrefix'],
      lastUsedAt: null,
      createdAt: time,
    })
  })
})
