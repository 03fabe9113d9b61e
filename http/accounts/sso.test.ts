import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllowList } from '#core/observations/index'
import { FIRST_ORG } from '#core/orgs/index'
import { operations } from '#core/registry.gen'
import { testPerson } from '#core/testing/people'
import { createSafeFetch, type SafeFetch } from '../ports/safe-fetch.ts'
import { testServer, type TestServer } from '../test-server.ts'
import { ownPath } from './sso-routes.ts'
import type { State } from './state.ts'
import { testProvider, type TestProvider } from './test-provider.ts'

let provider: TestProvider
let server: TestServer
let outbound: SafeFetch

beforeAll(async () => {
  provider = await testProvider()
  outbound = createSafeFetch({ allow: parseAllowList(provider.settings.egress_allow) })
  const settings = { secret_key: 'ef'.repeat(32), ...provider.settings }
  server = await testServer(operations, { settings, fetch: outbound.fetch })
  await server.org(FIRST_ORG)
  provider.serve(server.url)
})
afterAll(async () => {
  await server.close()
  await outbound.close()
  provider.close()
})

interface Trip {
  readonly location: string
  readonly cookie: string
}

/** A browser with a cookie jar per origin, which stops where `until` matches. */
async function travel(start: string, until: RegExp, jars = new Map<string, Map<string, string>>()): Promise<Trip> {
  let url = start
  for (let hop = 0; hop < 12; hop += 1) {
    if (until.test(url)) return { location: url, cookie: cookieOf(jars, server.url) }
    const { origin } = new URL(url)
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie: cookieOf(jars, origin) } })
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
    url = new URL(location, url).href
  }
  throw new Error(`${start} leads nowhere`)
}

function cookieOf(jars: Map<string, Map<string, string>>, origin: string): string {
  return [...(jars.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
}

async function signIn(returnTo = '/decisions'): Promise<{ readonly location: string; readonly state: State }> {
  const start = `${server.url}/auth/sso/start?return_to=${encodeURIComponent(returnTo)}`
  const { location, cookie } = await travel(start, new RegExp(`^${server.url}/(?!auth/)`))
  const state = (await (await fetch(`${server.url}/auth/state`, { headers: { cookie } })).json()) as State
  return { location: location.slice(server.url.length), state }
}

test('the sign-in page is told the name of the provider', async () => {
  const state = (await (await fetch(`${server.url}/auth/state`)).json()) as State
  expect(state.sso).toEqual({ name: 'Acme ID' })
})

test('a person whose verified address has an account signs in, and is known by subject from then on', async () => {
  const known = await testPerson(server.runtime, FIRST_ORG, 'approver', { email: 'ada@acme.example' })
  provider.person = { sub: 'ada', email: 'Ada@Acme.example', email_verified: true, name: 'Ada' }
  const first = await signIn()
  expect(first.location).toBe('/decisions')
  expect(first.state.session).toMatchObject({ user: { id: known.accountId }, second_factor: { verified: false } })
  provider.person = { sub: 'ada', email: 'changed@acme.example', email_verified: false }
  expect((await signIn()).state.session).toMatchObject({ user: { id: known.accountId } })
})

test('a session that was there before ends with the new one', async () => {
  const planted = await testPerson(server.runtime, FIRST_ORG, 'readonly')
  await testPerson(server.runtime, FIRST_ORG, 'member', { email: 'dee@acme.example' })
  provider.person = { sub: 'dee', email: 'dee@acme.example', email_verified: true }
  const jars = new Map([[server.url, new Map([['writ_session', planted.secret]])]])
  await travel(`${server.url}/auth/sso/start`, new RegExp(`^${server.url}/(?!auth/)`), jars)
  await expect(planted.context()).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('an address that the provider has not verified takes nobody over', async () => {
  await testPerson(server.runtime, FIRST_ORG, 'owner', { email: 'owner@acme.example' })
  for (const claims of [{ email_verified: false }, {}]) {
    provider.person = { sub: `eve ${JSON.stringify(claims)}`, email: 'owner@acme.example', ...claims }
    const { location, state } = await signIn()
    expect(location).toBe('/sign-in?error=sso_unknown_person')
    expect(state.session).toBeNull()
  }
})

test('somebody whom nobody invited stays outside', async () => {
  provider.person = { sub: 'stranger', email: 'stranger@acme.example', email_verified: true }
  expect((await signIn()).location).toBe('/sign-in?error=sso_unknown_person')
  const rows = await server.runtime.db
    .selectFrom('account')
    .select('id')
    .where('email_key', '=', 'stranger@acme.example')
    .execute()
  expect(rows).toEqual([])
})

test('an answer that was not asked for by this browser, twice used or tampered with opens nothing', async () => {
  await testPerson(server.runtime, FIRST_ORG, 'member', { email: 'bo@acme.example' })
  provider.person = { sub: 'bo', email: 'bo@acme.example', email_verified: true }
  const jars = new Map<string, Map<string, string>>()
  const { location } = await travel(`${server.url}/auth/sso/start`, /\/auth\/sso\/callback/, jars)
  const cookie = cookieOf(jars, server.url)
  const callback = async (url: string, sent: string): Promise<string | null> => {
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie: sent } })
    expect(answer.headers.getSetCookie().some((set) => set.startsWith('writ_session=ws_'))).toBe(false)
    return answer.headers.get('location')
  }
  expect(await callback(location, '')).toBe('/sign-in?error=sso_failed')
  expect(await callback(location, cookie.replace(/=./, '=X'))).toBe('/sign-in?error=sso_failed')
  expect(await callback(location.replace(/state=[^&]+/, 'state=other'), cookie)).toBe('/sign-in?error=sso_failed')
  expect(await callback(location.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example'), cookie)).toBe(
    '/sign-in?error=sso_failed',
  )
  expect(await callback(`${server.url}/auth/sso/callback?error=access_denied&state=x`, cookie)).toBe(
    '/sign-in?error=sso_failed',
  )
  const good = await fetch(location, { redirect: 'manual', headers: { cookie } })
  expect(good.headers.get('location')).toBe('/')
  expect(await callback(location, cookie)).toBe('/sign-in?error=sso_failed')
})

test.each([
  ['/decisions?x=1#y', '/decisions?x=1#y'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['https://evil.example/', '/'],
  ['/%2f%2fevil.example', '/%2f%2fevil.example'],
  ['/a/..//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['@evil.example', '/'],
  ['', '/'],
])('return_to %j leads to %j', (wanted, to) => {
  expect(ownPath(wanted, 'https://writ.example.com')).toBe(to)
})
