import * as oauth from 'oauth4webapi'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { FIRST_ORG } from '#core/orgs/index'
import { testPerson } from '#core/testing/people'
import { testProvider, type TestProvider } from '../accounts/test-provider.ts'
import { scopeWords } from '../oauth/scopes.rules.ts'
import { print } from '../oauth/test-client.ts'
import { findingsOf } from './test-axe.ts'
import { complaintsOf, testPages, type TestPages } from './test-browser.ts'
import { Connector } from './test-connector.ts'
import { Road } from './test-road.ts'

vi.setConfig({ testTimeout: 90_000 })

let pages: TestPages
let road: Road
let agent: Connector
let owner: Page
let approver: Page
let walked = 0
beforeAll(async () => {
  pages = await testPages()
  road = new Road(pages)
  agent = await Connector.open(pages.server.url)
}, 180_000)
afterEach(({ task }) => void (walked += task.result?.state === 'fail' ? 0 : 1))
afterAll(async () => {
  await agent.close()
  await pages.close()
  print(`road: ${walked} of 9 steps of people who have only the address`)
})

describe('with nothing but the address', () => {
  test('a person sets the server up by its link, which works once and leaves the address bar', async () => {
    owner = await road.setUp()
    expect(owner.url()).toBe(`${pages.server.url}/`)
    const again = await (await pages.window({ role: null })).newPage()
    await again.goto(pages.server.setupUrl)
    await again.getByLabel('Your name').fill('Eve')
    expect(again.url()).not.toContain('token')
    await again.getByLabel('E-mail').fill('eve@acme.example')
    await again.getByLabel('Password', { exact: true }).fill('a password of hers')
    await again.getByRole('button', { name: 'Create the owner account' }).click()
    await again.getByRole('heading', { name: 'This link does not work' }).waitFor()
    await again.context().close()
  })

  test('a second person joins by the link they are sent, as what they were invited as', async () => {
    approver = await road.join(await road.invite(owner))
    await owner.reload()
    await owner.getByText('bo@acme.example').waitFor()
    expect(await owner.getByLabel('Role of Bo Lind').inputValue()).toBe('approver')
  })

  test('an agent connects: who asks, where the answer goes and what each scope allows is told; less is given', async () => {
    const page = await road.ask(agent)
    const complaints = complaintsOf(page)
    await page.getByText(agent.host, { exact: true }).waitFor()
    await page.getByText(/It registered itself/).waitFor()
    expect(await page.getByLabel('It acts as the agent').inputValue()).toBe('claude-code')
    const asked = await page.locator('.scopes code').allTextContents()
    expect(asked).toContain('guard:evaluate')
    for (const scope of asked) await page.getByLabel(scopeWords[scope as keyof typeof scopeWords]).waitFor()
    expect(await findingsOf(page)).toEqual([])
    expect(complaints).toEqual([])
    await road.allow(page, 'assumptions:write')
    await agent.enter()
    expect([...agent.scopes].toSorted()).toEqual(asked.filter((one) => one !== 'assumptions:write').toSorted())
    await page.context().close()
  })
})

/** The status of a call with the agent's token, as its host would make it. */
async function statusOfCall(): Promise<number> {
  const response = await fetch(`${pages.server.url}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${agent.token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  })
  return response.status
}

describe('the agent that connected', () => {
  test('has its first act blocked, and the reason is seen', async () => {
    expect(await road.block(agent, owner)).toMatchObject({ decision: 'block', agent_id: 'claude-code' })
    await owner.getByText('rm -rf / --no-preserve-root').first().waitFor()
    await owner.getByRole('link', { name: 'Catastrophic acts are blocked' }).waitFor()
    await owner.getByText('Deletes a file system, home or system root.').waitFor()
  })

  test('waits with its second, which is approved on a phone, and wakes', async () => {
    const action_id = await road.wait(agent, owner)
    const waiting = agent.call('writ_wait_for_approval', { action_id, timeout_seconds: 45 })
    await road.approve(approver)
    const at = performance.now()
    expect(await waiting).toMatchObject({ approved: true, denied: false, timed_out: false })
    expect(performance.now() - at).toBeLessThan(2000)
    const done = { action_id, status: 'completed', summary: 'Started again' }
    expect(await agent.call('writ_report_outcome', done)).toMatchObject({ outcome: { status: 'completed' } })
  })

  test('is refused as soon as it is revoked on the page', async () => {
    expect(await statusOfCall()).toBe(200)
    await road.revoke(owner)
    expect(await statusOfCall()).toBe(401)
    const act = agent.call('writ_guard', { action_type: 'review', declared_goal: 'Go on' })
    await expect(act).rejects.toThrow(/unauthorized|grant request is invalid/i)
  })
})

describe('a person who is asked', () => {
  test('says no, and the client hears access_denied', async () => {
    const other = await Connector.open(pages.server.url)
    const page = await road.ask(other)
    await page.getByRole('button', { name: 'Deny' }).click()
    const { searchParams } = await other.arrived()
    expect([searchParams.get('error'), searchParams.get('code')]).toEqual(['access_denied', null])
    await Promise.all([other.close(), page.context().close()])
  })

  test('types the code of the command line by hand', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true }
    const issuer = new URL(pages.server.url)
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    const as = await oauth.processDiscoveryResponse(issuer, found)
    const [client, nobody] = [{ client_id: 'writ-cli' }, oauth.None()]
    const asked = await oauth.deviceAuthorizationRequest(as, client, nobody, new URLSearchParams(), insecure)
    const device = await oauth.processDeviceAuthorizationResponse(as, client, asked)
    const redeem = () => oauth.deviceCodeGrantRequest(as, client, nobody, device.device_code, insecure)
    expect(await (await redeem()).json()).toMatchObject({ error: 'authorization_pending' })

    const complaints = complaintsOf(owner)
    await owner.goto('/device')
    await owner.getByLabel('Code').fill('bbbb bbbb')
    await owner.getByRole('button', { name: 'Continue' }).click()
    await owner.getByText(/No device shows this code/).waitFor()
    expect(await findingsOf(owner)).toEqual([])
    await owner.getByLabel('Code').fill(device.user_code.replace('-', '').toLowerCase())
    await owner.getByRole('button', { name: 'Continue' }).click()
    await owner.getByText(device.user_code, { exact: true }).waitFor()
    await owner.getByText('It comes with Writ.').waitFor()
    expect(await findingsOf(owner)).toEqual([])
    await owner.getByRole('button', { name: 'Allow' }).click()
    await owner.getByRole('heading', { name: 'Allowed' }).waitFor()
    expect(complaints).toEqual([])
    const tokens = await oauth.processDeviceCodeResponse(as, client, await redeem())
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await fetch(`${pages.server.url}/api/keys`, { headers })).status).toBe(200)
  })
})

describe('where the organization has a provider', () => {
  let provider: TestProvider
  let inside: TestPages
  beforeAll(async () => {
    provider = await testProvider()
    inside = await testPages(provider.settings)
    provider.serve(inside.server.url)
  }, 180_000)
  afterAll(async () => {
    await inside.close()
    provider.close()
  })

  test('whoever is invited signs in there and lands where they wanted to go; a stranger is told why not', async () => {
    await testPerson(inside.server.runtime, FIRST_ORG, 'approver', { email: 'ada@acme.example' })
    const page = await (await inside.window({ role: null })).newPage()
    provider.person = { sub: 'eve', email: 'eve@elsewhere.example', email_verified: true }
    await page.goto('/decisions')
    await page.getByRole('link', { name: 'Continue with Acme ID' }).click()
    await page.getByText(/nobody has invited you here/).waitFor()
    await page.context().clearCookies()
    provider.person = { sub: 'ada', email: 'ada@acme.example', email_verified: true, name: 'Ada' }
    await page.goto('/decisions')
    await page.getByRole('link', { name: 'Continue with Acme ID' }).click()
    await page.getByRole('heading', { name: 'Decisions' }).waitFor()
    expect(page.url()).toBe(`${inside.server.url}/decisions`)
  })
})
