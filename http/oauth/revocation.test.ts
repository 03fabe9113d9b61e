import { afterAll, beforeAll, expect, test } from 'vitest'
import { grantCache } from '#core/grants/index'
import { guardWith, RawClient } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from './test-oauth.ts'

let server: OAuthTestServer
let admin: string
let client: RawClient

beforeAll(async () => {
  server = await oauthTestServer()
  admin = await server.key()
  client = await RawClient.register(server)
})
afterAll(() => server.close())

const read = (token: string): Promise<Response> =>
  fetch(`${server.url}/api/policies`, { headers: { authorization: `Bearer ${token}` } })

async function grantOf({ accountId }: SignedIn): Promise<string> {
  const query = server.runtime.db.selectFrom('oauth_grant').select('id').where('account_id', '=', accountId)
  return (await query.orderBy('id', 'desc').executeTakeFirstOrThrow()).id
}

const decisions = async (): Promise<number> => {
  const query = server.runtime.db.selectFrom('guard_decision').select((eb) => eb.fn.countAll<string>().as('n'))
  return Number((await query.executeTakeFirstOrThrow()).n)
}

/** Ways in which a grant ends, each as another replica would do it: nothing in this process is told. */
const ends: Readonly<Record<string, (person: SignedIn) => Promise<void>>> = {
  'the admin revokes it': async (person) => {
    const url = `${server.url}/api/grants/${await grantOf(person)}`
    const response = await fetch(url, { method: 'DELETE', headers: { 'x-api-key': admin } })
    expect(response.status).toBe(200)
  },
  'its person revokes it': async (person) => {
    const url = `${server.url}/api/account/grants/${await grantOf(person)}`
    const headers = { cookie: person.cookie, origin: server.url, 'x-csrf-token': person.csrf }
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(200)
  },
  'its person leaves the org': async ({ accountId }) => {
    const url = `${server.url}/api/members/${accountId}`
    expect((await fetch(url, { method: 'DELETE', headers: { 'x-api-key': admin } })).status).toBe(200)
  },
}

test.each(Object.entries(ends))('%s: writes stop at once, reads within a second', async (_, end) => {
  const person = await server.person({ role: 'member' })
  const { access_token: token, refresh_token } = await client.tokens(person)
  expect((await guardWith(server.url, token)).status).toBe(200)
  expect((await read(token)).status).toBe(200)
  // Still cached here, as on a replica that was not told.
  const cache = server.runtime.use(grantCache)
  const forget = cache.forget.bind(cache)
  cache.forget = () => undefined
  await end(person)
  cache.forget = forget
  const before = await decisions()
  const answers = await Promise.all(Array.from({ length: 16 }, () => guardWith(server.url, token)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 401))
  expect(await decisions()).toBe(before)
  server.advance(1001)
  expect((await read(token)).status).toBe(401)
  expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant')
})

test('a client that gives up its token ends the grant; another cannot', async () => {
  const person = await server.person()
  const { access_token, refresh_token } = await client.tokens(person)
  const other = await RawClient.register(server)
  expect((await other.post('/oauth/revoke', { token: refresh_token })).status).toBe(200)
  expect((await guardWith(server.url, access_token)).status).toBe(200)
  const inspected = { active: true, client_id: client.id, sub: person.accountId }
  expect(await client.post('/oauth/introspect', { token: refresh_token })).toMatchObject({
    status: 200,
    body: inspected,
  })
  expect((await other.post('/oauth/introspect', { token: refresh_token })).body).toEqual({ active: false })
  expect((await client.post('/oauth/revoke', { token: refresh_token })).status).toBe(200)
  expect((await client.post('/oauth/introspect', { token: refresh_token })).body).toEqual({ active: false })
  expect((await guardWith(server.url, access_token)).status).toBe(401)
  expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant')
})

test('a demoted person takes their clients along', async () => {
  const person = await server.person({ role: 'member' })
  const { access_token } = await client.tokens(person)
  expect((await guardWith(server.url, access_token)).status).toBe(200)
  await fetch(`${server.url}/api/members/${person.accountId}`, {
    method: 'PATCH',
    headers: { 'x-api-key': admin, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'readonly' }),
  })
  const first = await guardWith(server.url, access_token)
  expect([401, 403]).toContain(first.status)
  server.advance(1001)
  expect((await guardWith(server.url, access_token)).status).toBe(403)
  expect((await read(access_token)).status).toBe(200)
})
