import * as oauth from 'oauth4webapi'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FIRST_ORG } from '#core/orgs/index'
import { testPerson } from '#core/testing/people'
import { testProvider, type TestProvider } from '../accounts/test-provider.ts'
import { print } from '../oauth/test-client.ts'
import { scopeWords } from '../oauth/scopes.rules.ts'
import { findingsOf } from './test-axe.ts'
import { complaintsOf, testPages, type TestPages } from './test-browser.ts'
import { Connector } from './test-connector.ts'
import { Road } from './test-road.ts'

const STEP = 90_000

describe('with nothing but the address', () => {
  let pages: TestPages
  let road: Road
  let agent: Connector
  let owner: Page
  let approver: Page
  beforeAll(async () => {
    pages = await testPages()
    road = new Road(pages)
    agent = await Connector.open(pages.server.url)
  }, 180_000)
  let steps = 0
  afterEach(({ task }) => void (steps += task.result?.state === 'pass' ? 1 : 0))
  afterAll(async () => {
    await agent.close()
    await pages.close()
    print(`road: ${steps} of 8 steps of somebody who has only the address`)
  })

  /** The status of a call of the guard with the agent's token, by the road that its host takes. */
  const mcpStatus = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} })
    const accept = 'application/json, text/event-stream'
    return (await fetch(`${pages.server.url}/mcp`, { method: 'POST', headers: { ...headers, accept }, body })).status
  }

  test(
    'a person sets the server up by its link, which works once, and leaves the address bar',
    async () => {
      owner = await road.setUp()
      expect(owner.url()).toBe(`${pages.server.url}/`)
      const again = await (await pages.window({ role: null })).newPage()
      await again.goto(pages.server.setupUrl)
      expect(again.url()).not.toContain('token')
      await again.getByLabel('Your name').fill('Eve')
      await again.getByLabel('E-mail').fill('eve@acme.example')
      await again.getByLabel('Password', { exact: true }).fill('a password of hers')
      await again.getByRole('button', { name: 'Create the owner account' }).click()
      await again.getByRole('heading', { name: 'This link does not work' }).waitFor()
      await again.context().close()
    },
    STEP,
  )

  test(
    'a second person joins by the link they are sent, as what they were invited as',
    async () => {
      approver = await road.join(await road.invite(owner))
      await owner.reload()
      await owner.getByText('bo@acme.example').waitFor()
      expect(await owner.getByLabel('Role of Bo Lind').inputValue()).toBe('approver')
    },
    STEP,
  )

  test(
    'an agent connects: who asks, where the answer goes, and what each scope allows is told; less is given',
    async () => {
      const page = await road.ask(agent)
      const complaints = complaintsOf(page)
      await page.getByText(agent.host, { exact: true }).waitFor()
      await page.getByText(/It registered itself/).waitFor()
      expect(await page.getByLabel('It acts as the agent').inputValue()).toBe('claude-code')
      const codes = await page.locator('.scopes code').allTextContents()
      expect(codes).toContain('guard:evaluate')
      for (const scope of codes) await page.getByLabel(scopeWords[scope as keyof typeof scopeWords]).waitFor()
      expect(await findingsOf(page)).toEqual([])
      expect(complaints).toEqual([])
      await road.allow(page, scopeWords['assumptions:write'])
      await agent.arrived()
      await agent.enter()
      expect([...agent.scopes].toSorted()).toEqual(codes.filter((one) => one !== 'assumptions:write').toSorted())
      await page.context().close()
    },
    STEP,
  )

  test(
    'its first act is blocked, and the reason is seen',
    async () => {
      expect(await road.block(agent, owner)).toMatchObject({ decision: 'block', agent_id: 'claude-code' })
      await owner.getByText('rm -rf / --no-preserve-root').first().waitFor()
      await owner.locator('.badge', { hasText: 'block' }).first().waitFor()
      await owner.getByRole('heading', { name: 'Clauses that fired' }).waitFor()
    },
    STEP,
  )

  test(
    'its second waits, is approved on a phone, and the waiting agent wakes',
    async () => {
      const action_id = await road.wait(agent, owner)
      const waiting = agent.call('writ_wait_for_approval', { action_id, timeout_seconds: 45 })
      await road.approve(approver)
      const at = performance.now()
      expect(await waiting).toMatchObject({ approved: true, denied: false, timed_out: false })
      expect(performance.now() - at).toBeLessThan(2000)
      const done = { action_id, status: 'completed', summary: 'Started again' }
      expect(await agent.call('writ_report_outcome', done)).toMatchObject({ outcome: { status: 'completed' } })
    },
    STEP,
  )

  test(
    'revoked on the page, it is refused at once',
    async () => {
      expect(await mcpStatus()).toBe(200)
      await road.revoke(owner)
      expect(await mcpStatus()).toBe(401)
      await expect(agent.call('writ_guard', { action_type: 'review', declared_goal: 'Go on' })).rejects.toThrow()
    },
    STEP,
  )

  test(
    'no reaches the client as access_denied',
    async () => {
      const other = await Connector.open(pages.server.url)
      const page = await road.ask(other)
      await page.getByRole('button', { name: 'Deny' }).click()
      const { searchParams } = await other.arrived()
      expect([searchParams.get('error'), searchParams.get('code')]).toEqual(['access_denied', null])
      await Promise.all([other.close(), page.context().close()])
    },
    STEP,
  )

  test(
    'a code typed by hand connects the command line',
    async () => {
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
    },
    STEP,
  )
})

describe('with a provider of the organization', () => {
  let provider: TestProvider
  let pages: TestPages
  beforeAll(async () => {
    provider = await testProvider()
    pages = await testPages(provider.settings)
    provider.serve(pages.server.url)
  }, 180_000)
  afterAll(async () => {
    await pages.close()
    provider.close()
  })

  test(
    'whoever is invited signs in there and lands where they wanted to go; a stranger is told why not',
    async () => {
      await testPerson(pages.server.runtime, FIRST_ORG, 'approver', { email: 'ada@acme.example' })
      const page = await (await pages.window({ role: null })).newPage()
      provider.person = { sub: 'eve', email: 'eve@elsewhere.example', email_verified: true }
      await page.goto('/decisions')
      await page.getByRole('link', { name: 'Continue with Acme ID' }).click()
      await page.getByText(/nobody has invited you here/).waitFor()
      await page.context().clearCookies()
      provider.person = { sub: 'ada', email: 'ada@acme.example', email_verified: true, name: 'Ada' }
      await page.goto('/decisions')
      await page.getByRole('link', { name: 'Continue with Acme ID' }).click()
      await page.getByRole('heading', { name: 'Decisions' }).waitFor()
      expect(page.url()).toBe(`${pages.server.url}/decisions`)
      await page.context().close()
    },
    STEP,
  )
})
