import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './test-browser.ts'
import { RawClient } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from './test-oauth.ts'

let server: OAuthTestServer
beforeAll(async () => {
  server = await oauthTestServer()
})
afterAll(() => server.close())

async function suggested(person: SignedIn, client: RawClient): Promise<string | null> {
  const browser = new TestBrowser(server.url, person)
  return (await browser.details(await browser.open(client.url()))).agent_id
}

async function agents(): Promise<string[]> {
  const { db } = server.runtime
  const rows = await db.selectFrom('agent').select('agent_id').where('org_id', '=', server.orgs[0]).execute()
  return rows.map(({ agent_id }) => agent_id)
}

test('a client is let in as an agent of its own; the same client of another person gets another id', async () => {
  const alice = await server.person({ role: 'member' })
  const bob = await server.person({ role: 'member' })
  const client = await RawClient.register(server, { client_name: 'Claude Code (writ)' })
  await client.tokens(alice)
  expect(await agents()).toContain('claude-code')
  expect(await suggested(alice, client)).toBe('claude-code')
  const bobs = await suggested(bob, client)
  expect(bobs).toMatch(/^claude-code-\w{8}$/)
  await client.tokens(bob)
  expect(await agents()).toContain(bobs)
})

test('nobody takes the agent of somebody else by consent, but an admin may name any', async () => {
  await server.key({ role: 'member', agentId: 'deploy-bot', name: 'bound' })
  const { db } = server.runtime
  await db.insertInto('agent').values({ org_id: server.orgs[0], agent_id: 'deploy-bot' }).execute()
  const client = await RawClient.register(server, { client_name: 'Helpful' })
  const mallory = new TestBrowser(server.url, await server.person({ role: 'member' }))
  const uid = await mallory.open(client.url())
  const agreement = { ...(await mallory.agreement(uid)), agent_id: 'deploy-bot' }
  const refused = await mallory.post(`/oauth/interaction/${uid}`, agreement)
  expect(refused.status).toBe(400)
  expect(await refused.text()).toContain('is an agent of somebody else here')
  // The request is not used up by it.
  expect((await mallory.post(`/oauth/interaction/${uid}`, { ...agreement, agent_id: 'my-own' })).status).toBe(200)
  const admin = await server.person({ role: 'admin' })
  await expect(client.tokens(admin, {}, { agent_id: 'deploy-bot' })).resolves.toBeDefined()
})

test('where enrolment is closed, consent lets an agent in only by who may register agents', async () => {
  const { db } = server.runtime
  const org_id = server.orgs[0]
  const setting = { key: 'agent_enrolment', value: '"closed"', updated_at: new Date(), updated_by: 'test' }
  await db
    .insertInto('org_setting')
    .values({ org_id, ...setting })
    .execute()
  await db
    .updateTable('ledger_head')
    .set((eb) => ({ control_revision: eb('control_revision', '+', 1) }))
    .where('org_id', '=', org_id)
    .execute()
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const client = await RawClient.register(server, { client_name: 'Latecomer' })
  await client.tokens(await server.person({ role: 'member' }))
  expect(await agents()).not.toContain('latecomer')
  await client.tokens(await server.person({ role: 'admin' }), {}, { agent_id: 'let-in' })
  expect(await agents()).toContain('let-in')
})
