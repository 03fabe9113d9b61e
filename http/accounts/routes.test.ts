import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSetupLink } from '#core/accounts/index'
import { invoke } from '#core/kernel/invoke'
import { invite } from '#core/members/invite.op'
import { FIRST_ORG } from '#core/orgs/index'
import { operations } from '#core/registry.gen'
import { testPerson } from '#core/testing/people'
import { testServer, type TestServer } from '../test-server.ts'
import type { SessionState, State } from './state.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer(operations, { settings: { secret_key: 'cd'.repeat(32) } })
  await server.org(FIRST_ORG)
})
afterAll(() => server.close())

/** A browser tab: keeps its cookie, sends Origin, and the CSRF token it was told. */
class Tab {
  cookie = ''
  csrf = ''
  async send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(server.url + path, {
      method,
      headers: {
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(method === 'GET' ? {} : { origin: server.url, 'content-type': 'application/json' }),
        ...(this.csrf === '' || method === 'GET' ? {} : { 'x-csrf-token': this.csrf }),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const set = response.headers.get('set-cookie')
    if (set !== null) this.cookie = set.split(';')[0] ?? ''
    return response
  }
  async enter(path: string, body: object): Promise<SessionState> {
    const response = await this.send('POST', path, body)
    const state = (await response.json()) as State
    if (!state.session) throw new Error(`${path}: ${response.status} ${JSON.stringify(state)}`)
    this.csrf = state.session.csrf
    return state.session
  }
}

const PASSWORD = 'a long enough password'

describe('a person who has only the address', () => {
  const ada = new Tab()
  test('sets up, is the owner, and reads with the cookie what the role allows', async () => {
    const before = (await (await ada.send('GET', '/auth/state')).json()) as State
    expect(before).toEqual({ setup_needed: true, sso: null, session: null })
    const token = await makeSetupLink(server.runtime)
    const given = { token, email: 'ada@example.com', name: 'Ada', password: PASSWORD, org_name: 'Acme' }
    const session = await ada.enter('/auth/setup', given)
    expect(session).toMatchObject({
      user: { email: 'ada@example.com', name: 'Ada' },
      org: { org_id: FIRST_ORG, name: 'Acme' },
      role: 'owner',
      second_factor: { enabled: false, verified: false, required: false },
    })
    expect((await ada.send('GET', '/api/members')).status).toBe(200)
    expect((await (await new Tab().send('GET', '/auth/state')).json()) as State).toMatchObject({ setup_needed: false })
    const again = { ...given, email: 'eve@example.com' }
    expect((await new Tab().send('POST', '/auth/setup', again)).status).toBe(404)
  })

  test('invites another, who joins by the link and sees what their role allows', async () => {
    const made = await ada.send('POST', '/api/invitations', { role: 'approver' })
    const { token, path } = (await made.json()) as { token: string; path: string }
    expect([made.status, path]).toEqual([201, `/invitation?token=${token}`])
    const bo = new Tab()
    const shown = await bo.send('GET', `/auth/invitation?token=${token}`)
    expect(await shown.json()).toMatchObject({ org_name: 'Acme', role: 'approver', has_account: false })
    expect((await bo.send('POST', '/auth/accept', { token })).status).toBe(400)
    const session = await bo.enter('/auth/accept', { token, email: 'bo@example.com', name: 'Bo', password: PASSWORD })
    expect(session).toMatchObject({ role: 'approver', org: { name: 'Acme' } })
    expect((await bo.send('GET', '/api/members')).status).toBe(403)
    expect((await bo.send('GET', '/api/approvals')).status).toBeLessThan(500)
  })

  test('signs out and in; the session from before is worth nothing', async () => {
    const old = ada.cookie
    expect((await ada.send('POST', '/auth/sign-out')).status).toBe(204)
    const stolen = new Tab()
    stolen.cookie = old
    expect((await stolen.send('GET', '/api/members')).status).toBe(401)
    const wrong = await new Tab().send('POST', '/auth/sign-in', { email: 'ada@example.com', password: 'wrong' })
    expect([wrong.status, ((await wrong.json()) as { code: string }).code]).toEqual([401, 'sign_in_failed'])
    ada.csrf = ''
    await ada.enter('/auth/sign-in', { email: 'ada@example.com', password: PASSWORD })
    expect(ada.cookie).not.toBe(old)
    const first = ada.cookie
    await ada.enter('/auth/sign-in', { email: 'ada@example.com', password: PASSWORD })
    const planted = new Tab()
    planted.cookie = first
    expect((await planted.send('GET', '/api/members')).status).toBe(401)
  })

  test('makes another org, looks at it, and comes back; never at one that is not theirs', async () => {
    const made = await ada.send('POST', '/api/orgs', { name: 'Second' })
    expect(made.status).toBe(201)
    const { org } = (await made.json()) as { org: { org_id: string } }
    expect(await ada.enter('/auth/org', { org_id: org.org_id })).toMatchObject({
      org: { name: 'Second' },
      role: 'owner',
    })
    expect(await (await ada.send('GET', '/api/members')).json()).toMatchObject({ members: [{ role: 'owner' }] })
    await server.org('org_foreign')
    expect((await ada.send('POST', '/auth/org', { org_id: 'org_foreign' })).status).toBe(404)
    const back = await ada.enter('/auth/org', { org_id: FIRST_ORG })
    expect(back.orgs.map(({ name }) => name).toSorted()).toEqual(['Acme', 'Second'])
  })
})

describe('a session', () => {
  test('changes nothing for a page of another origin, nor without the token', async () => {
    const { secret } = await testPerson(server.runtime, FIRST_ORG, 'owner')
    const tab = new Tab()
    tab.cookie = `writ_session=${secret}`
    tab.csrf = ((await (await tab.send('GET', '/auth/state')).json()) as State).session?.csrf ?? ''
    const key = { name: 'x' }
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${server.url}.evil.example` },
      { 'x-csrf-token': '' },
      { 'x-csrf-token': `${tab.csrf}x` },
      { 'x-csrf-token': 'A'.repeat(tab.csrf.length) },
    ]) {
      const refused = await tab.send('POST', '/api/keys', key, headers)
      expect([refused.status, JSON.stringify(headers)]).toEqual([403, JSON.stringify(headers)])
    }
    expect((await tab.send('POST', '/api/keys', key)).status).toBe(201)
    for (const path of ['/auth/sign-out', '/auth/org', '/auth/accept']) {
      const refused = await tab.send(
        'POST',
        path,
        { token: 'x', org_id: FIRST_ORG },
        { origin: 'https://evil.example' },
      )
      expect([path, refused.status]).toEqual([path, 403])
    }
    expect((await tab.send('GET', '/api/members')).status).toBe(200)
  })

  test('opens the event stream but not MCP, and a cookie given twice opens nothing', async () => {
    const { secret } = await testPerson(server.runtime, FIRST_ORG, 'readonly')
    const cookie = `writ_session=${secret}`
    const stream = await fetch(`${server.url}/api/stream`, { headers: { cookie } })
    expect(stream.status).toBe(200)
    await stream.body?.cancel()
    const twice = await fetch(`${server.url}/api/stream`, { headers: { cookie: `${cookie}; ${cookie}` } })
    expect(twice.status).toBe(401)
    const beside = await fetch(`${server.url}/api/settings`, { headers: { cookie, authorization: 'Basic eDp5' } })
    expect(beside.status).toBe(401)
  })

  test('is a cookie that scripts cannot read, on https bound to the host', async () => {
    const secure = await testServer(operations, {
      settings: { secret_key: 'cd'.repeat(32), public_url: 'https://writ.example.com', allowed_hosts: '127.0.0.1' },
    })
    await secure.org(FIRST_ORG)
    const token = await makeSetupLink(secure.runtime)
    const body = JSON.stringify({ token, email: 'ada@example.com', name: 'Ada', password: PASSWORD })
    const headers = { origin: 'https://writ.example.com', 'content-type': 'application/json' }
    const made = await fetch(`${secure.url}/auth/setup`, { method: 'POST', headers, body })
    await secure.close()
    expect(made.status).toBe(201)
    expect(made.headers.get('set-cookie')).toMatch(
      /^__Host-writ_session=ws_\w{32}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
    )
    expect(made.headers.get('cache-control')).toBe('no-store')
  })
})

test.each([
  ['GET', '/auth/nothing', 404],
  ['GET', '/auth/sign-in', 405],
  ['POST', '/auth/state', 405],
  ['GET', '/auth/invitation', 400],
  ['GET', '/auth/invitation?token=nope', 404],
  ['POST', '/auth/sign-out', 401],
])('%s %s is a %i that says why', async (method, path, status) => {
  const answer = await new Tab().send(method, path, method === 'POST' ? {} : undefined)
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ error: expect.any(String) as string, code: expect.any(String) as string })
})

test('what is wrong with a body is told field by field, and never repeats the password', async () => {
  const sent = { email: 'no address', password: 'secret-password-x', name: 5 }
  const answer = await new Tab().send('POST', '/auth/setup', sent)
  const text = await answer.text()
  expect(answer.status).toBe(400)
  expect(text).toContain('email: must be an e-mail address')
  expect(text).toContain('token:')
  expect(text).not.toContain('secret-password-x')
})

test('a key alone cannot act as a person, and its owner is no member', async () => {
  const key = await server.key({}, FIRST_ORG)
  const answer = await fetch(`${server.url}/api/account`, { headers: { 'x-api-key': key } })
  expect(answer.status).toBe(403)
  const person = await testPerson(server.runtime, FIRST_ORG, 'admin')
  const ctx = await person.context()
  expect((await invoke(invite, ctx, {})).invitation.created_by).toBe(person.accountId)
})
