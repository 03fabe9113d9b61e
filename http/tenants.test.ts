import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertGrant } from '#core/grants/index'
import { newId } from '#core/kernel/id'
import { insertKey } from '#core/keys/index'
import { insertOrg } from '#core/orgs/index'
import { testPerson, type TestPerson } from '#core/testing/people'
import { csrfTokenOf } from './accounts/csrf.ts'
import { print, RawClient } from './oauth/test-client.ts'
import { asPage, MARK, populate, type Known } from './test-population.ts'
import { openStream } from './test-stream.ts'
import { testPages, type TestPages } from './web/test-browser.ts'

/** What both orgs call their agents, sessions, targets, policies and idempotency keys. */
const NAMED = 'shared'
const AGENT = `${NAMED}-agent`
const MARK_B = 'quagga-of-b'

interface Tenant {
  readonly orgId: string
  readonly mark: string
  readonly key: string
  readonly owner: TestPerson
  readonly known: Known
  /** Pages of one task and one webhook. */
  readonly queued: readonly string[]
}

let pages: TestPages
let a: Tenant
let b: Tenant
let token: string
let looked = 0
let leaks = 0
beforeAll(async () => {
  pages = await testPages({ egress_allow: '127.0.0.1' })
  a = await tenant(MARK)
  b = await tenant(MARK_B)
  const cookie = `writ_session=${b.owner.secret}`
  const client = await RawClient.register(pages.server, { client_name: MARK_B })
  const person = { ...b.owner, cookie, csrf: csrfTokenOf(b.owner.secret) }
  token = (await client.tokens(person, {}, { agent_id: AGENT })).access_token
}, 180_000)
afterAll(async () => {
  await pages.close()
  print(`tenants: ${looked} places looked at, ${leaks} leaks`)
})

/** An agent that costs something and fails often enough for an alert. */
async function report(url: string, key: string, mark: string): Promise<void> {
  const of = { agent_id: `${mark}-fails`, agent_name: `${mark} fails` }
  const errors = Array.from({ length: 6 }, () => ({ ...of, type: 'error', error: `${mark} broke` }))
  const cost = { ...of, type: 'cost', model: `${mark}-model`, cost_usd: 1 }
  const answer = await fetch(`${url}/api/telemetry`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ events: [...errors, cost] }),
  })
  expect(await answer.json()).toMatchObject({ accepted: 7 })
}

/** A task and a webhook; the ids that name their pages. Nothing of what happens here is sent there. */
async function queue(url: string, key: string, mark: string): Promise<readonly string[]> {
  const post = async (path: string, body: object): Promise<Record<string, Record<string, string>>> => {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(answer.status).toBe(201)
    return (await answer.json()) as Record<string, Record<string, string>>
  }
  const { task } = await post('/api/tasks', { agent_id: AGENT, title: mark, input: { mark } })
  const hook = { url: `http://127.0.0.1:9/${mark}`, events: ['webhook.rotated'], description: mark }
  const { webhook } = await post('/api/webhooks', hook)
  return [`/tasks/${task?.['task_id']}`, `/webhooks/${webhook?.['webhook_id']}`]
}

async function tenant(mark: string): Promise<Tenant> {
  const { url, runtime } = pages.server
  const [orgId, at] = [newId('org'), runtime.now()]
  const key = await runtime.db.transaction().execute(async (trx) => {
    await insertOrg(trx, { orgId, name: `${mark} org`, at, by: 'test' })
    const by = { orgId, principalId: 'system:test' }
    return (await insertKey(trx, by, at, { name: mark, role: 'admin' })).secret
  })
  const owner = await testPerson(runtime, orgId, 'owner', { email: `${mark}-owner@example.com` })
  await testPerson(runtime, orgId, 'member', { email: `${mark}-member@example.com` })
  const known = await populate(url, key, { mark, named: NAMED })
  await report(url, key, mark)
  const queued = await queue(url, key, mark)
  const by = { orgId, principalId: owner.accountId, accountId: owner.accountId }
  const client = {
    clientId: 'cli_tenants',
    clientName: mark,
    agentId: AGENT,
    scopes: ['guard:read'],
  } as const
  const times = { secondFactorAt: null, expiresAt: new Date(at.getTime() + 86_400_000) }
  await runtime.db.transaction().execute((trx) => insertGrant(trx, by, at, { id: newId('grt'), ...client, ...times }))
  return { orgId, mark, key, owner, known, queued }
}

/** One place where somebody of B looks: no mark of A in it, nor the id of its org. Answers whether B's own is. */
function look(place: string, text: string): boolean {
  looked += 1
  const found = [a.mark, a.orgId].filter((mark) => text.includes(mark))
  leaks += found.length
  expect
    .soft(found, `${place}: ${text.slice(Math.max(0, text.indexOf(found[0] ?? '') - 300)).slice(0, 600)}`)
    .toEqual([])
  return text.includes(b.mark)
}

const credentials = (): readonly (readonly [string, Record<string, string>])[] => [
  ['a key', { 'x-api-key': b.key }],
  ['a token', { authorization: `Bearer ${token}` }],
  ['a session', asPage(pages.server.url, b.owner.secret)],
]

const write = async ({ key, mark }: Tenant, goal: string): Promise<void> => {
  const body = {
    agent_id: AGENT,
    action_type: 'review',
    session_id: `${NAMED}-session`,
    declared_goal: goal,
  }
  for (const [path, more] of [
    ['/api/actions', {}],
    ['/api/actions', { status: 'pending_approval' }],
    ['/api/guard', { idempotency_key: `${NAMED}-${goal.split(' ')[1]}` }],
    [
      '/api/policies',
      {
        name: `${NAMED} ${goal.split(' ')[1]}`,
        description: mark,
        policy_type: 'risk_threshold',
        rules: { threshold: 98 },
      },
    ],
  ] as const) {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const sent = path === '/api/policies' ? more : { ...body, ...more }
    const { status } = await fetch(pages.server.url + path, { method: 'POST', headers, body: JSON.stringify(sent) })
    expect([path, status < 300]).toEqual([path, true])
  }
}

test('no stream tells of another org, of now or of before', async () => {
  const streams = await Promise.all(
    credentials().flatMap(([who, headers]) =>
      [undefined, '0'].map(async (since) => {
        const resume = since === undefined ? {} : { 'last-event-id': since }
        const stream = await openStream(`${pages.server.url}/api/stream`, { ...headers, ...resume })
        return { who: `${who} since ${since ?? 'now'}`, stream }
      }),
    ),
  )
  await write(a, `${a.mark} lives`)
  await write(b, `${b.mark} lives`)
  const own: string[] = []
  for (const { who, stream } of streams) {
    // What B did comes after what A did: once it is there, a leak would be too.
    while (stream.response.ok && !stream.text().includes(`${b.mark} lives`)) await stream.next()
    if (!stream.response.ok) await stream.rest()
    if (look(`/api/stream by ${who}`, stream.text())) own.push(who)
    stream.close()
  }
  // No client may follow events for a person: what it is told instead is looked at all the same.
  expect(own).toEqual(['a key since now', 'a key since 0', 'a session since now', 'a session since 0'])
}, 60_000)

test('no resource of MCP shows another org', async () => {
  for (const [who, headers] of credentials().slice(0, 2)) {
    const client = new Client({ name: 'reader', version: '1' })
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${pages.server.url}/mcp`), { requestInit: { headers } }),
    )
    const { resources } = await client.listResources()
    const { resourceTemplates } = await client.listResourceTemplates()
    const uris = [
      ...resources.map(({ uri }) => uri),
      ...resourceTemplates.flatMap(({ uriTemplate }) =>
        [AGENT, 'agent-a'].map((id) => uriTemplate.replace(/\{agent_id\}/, id)),
      ),
    ]
    expect(uris.length).toBeGreaterThanOrEqual(5)
    let own = 0
    for (const uri of uris) if (look(`${uri} by ${who}`, JSON.stringify(await client.readResource({ uri })))) own += 1
    // A grant sees what the agent did that it acts as; a key of an admin sees them all.
    expect(own).toBeGreaterThanOrEqual(who === 'a key' ? 2 : 1)
    await client.close()
  }
}, 60_000)

test('who listens to a resource hears nothing of an agent of the same name elsewhere', async () => {
  const told: string[] = []
  const client = new Client({ name: 'listener', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri))
  const requestInit = { headers: { 'x-api-key': b.key } }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${pages.server.url}/mcp`), { requestInit }))
  const uri = `writ://agent/${AGENT}/history`
  const subscription = await client.listen({ resourceSubscriptions: [uri, 'writ://policies'] })
  await write(a, `${a.mark} again`)
  await new Promise((resolve) => setTimeout(resolve, 500))
  look('what a listener heard', told.join(' '))
  leaks += told.length
  expect(told).toEqual([])
  await write(b, `${b.mark} again`)
  await expect.poll(() => told).toContain(uri)
  await subscription.close()
  await client.close()
}, 60_000)

test('no page shows another org, whatever row of it the address names', async () => {
  const context = await pages.window({ role: null })
  await context.addCookies([{ name: 'writ_session', value: b.owner.secret, url: pages.server.url }])
  const rows = [a, b].flatMap(({ known, queued }) => [
    ...queued,
    `/approvals/${String(known['approvals.action_id'])}`,
    `/decisions/${String(known['decision_id'])}`,
    `/policies/${String(known['policy_id'])}`,
  ])
  const work = ['/', '/decisions', '/policies', '/fleet', '/agents', '/tasks', '/alerts', '/costs', '/webhooks']
  const lists = [...work, '/keys', '/members', '/account', '/activity', '/hosts']
  const others = ['/ledger', '/settings', '/device', '/policies/new', `/agents/${AGENT}`, '/agents/agent-a']
  const own = new Set<string>()
  const page = await context.newPage()
  const answers: Promise<string>[] = []
  page.on('response', (response) => {
    // A stream has no end to wait for; it is looked at above.
    if (/\/(api\/(?!stream)|auth\/|oauth\/)/.test(response.url())) answers.push(response.text().catch(() => ''))
  })
  for (const path of [...lists, ...others, ...rows]) {
    answers.length = 0
    await page.goto(path)
    await page.locator('h1').first().waitFor()
    await page.locator('.skeleton, .spinner').first().waitFor({ state: 'detached' })
    const seen = [await page.content(), ...(await Promise.all(answers))].join('\n')
    if (look(path, seen)) own.add(path)
  }
  expect(lists.filter((path) => !own.has(path))).toEqual([])
  await context.close()
}, 120_000)
