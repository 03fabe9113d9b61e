import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { update as updateSettings } from '#core/settings/update.op'
import { alertsOf, fail, send } from '#core/alerts/test-alerts'
import { sweepAlerts } from '#core/alerts/sweep'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { create } from './create.op.ts'
import { deliverDue } from './deliver.ts'
import { list } from './list.op.ts'
import { CHAT, testBot, TOKEN } from './test-bot.ts'

let server: TestRuntime
let stub: StubServer
const statuses: number[] = []
beforeAll(async () => {
  server = await testRuntime({
    settings: { egress_allow: '127.0.0.1', public_url: 'https://writ.example' },
    ports: { fetch: globalThis.fetch },
  })
  stub = await stubServer((_, response) => {
    const status = statuses.shift() ?? 200
    if (status === 0) response.destroy()
    else response.writeHead(status, { 'content-type': 'text/plain', location: 'http://127.0.0.1:1/' }).end('ok')
  })
})
afterAll(async () => {
  await stub.close()
  await server.close()
})
let org: TestOrg
beforeEach(async () => {
  await server.runtime.db.deleteFrom('notifier').execute()
  org = await testOrg(server.runtime)
  stub.received.splice(0)
  statuses.splice(0)
})

const run = async (seconds = 0): Promise<void> => {
  server.advance(seconds * 1000)
  await deliverDue(server.runtime)
}
const admin = () => org.as('admin')
const failMany = async (count: number, name: string): Promise<void> => {
  const ctx = await org.as('member')
  for (let n = 0; n < count; n += 1) await fail(ctx, `${name}${n}`)
}
const bodies = () =>
  stub.received.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> })
const settled = async () =>
  (await server.runtime.db.selectFrom('notification').select(['status', 'attempts', 'error']).execute()).toSorted(
    (a, b) => a.attempts - b.attempts,
  )

test('a webhook gets the alert, signed by Standard Webhooks with the secret that was shown', async () => {
  const { signing_secret: secret } = await invoke(create, await admin(), { name: 'w', webhook: { url: stub.url } })
  await failMany(1, 'a')
  await run()
  const [got] = stub.received
  const verified = new Webhook(secret ?? '').verify(got?.body ?? '', got?.headers as Record<string, string>)
  const [alert] = await alertsOf(await admin())
  expect(verified).toMatchObject({
    type: 'alert.raised',
    data: { alert_id: alert?.alert_id, agent_id: 'a0', kind: 'error', link: 'https://writ.example/alerts' },
  })
  await run(60)
  expect(stub.received).toHaveLength(1)
})

test('Slack gets its own form, with its three characters escaped', async () => {
  await invoke(create, await admin(), { name: 's', slack: { url: `${stub.url}/services/T0/B0/x` } })
  const status = { type: 'status_change', agent_id: 'a1', status: 'error', message: 'a < b & c' }
  await send(await org.as('member'), status)
  await run()
  expect(stub.received[0]?.path).toBe('/services/T0/B0/x')
  expect(JSON.parse(stub.received[0]?.body ?? '')).toEqual({
    text: expect.stringContaining('a &lt; b &amp; c'),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: expect.stringContaining('*[critical] error: a1*') } },
      {
        type: 'actions',
        elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open' }, url: 'https://writ.example/alerts' }],
      },
    ],
  })
})

test('what fails is tried again with the same id until it is taken; what is refused for good is not', async () => {
  await invoke(create, await admin(), { name: 'w', webhook: { url: stub.url } })
  statuses.push(500, 0, 429, 302)
  await failMany(1, 'a')
  for (let n = 0; n < 4; n += 1) await run(60)
  expect(await settled()).toMatchObject([{ status: 'failed', attempts: 4, error: 'it answered with status 302' }])
  expect(new Set(stub.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  statuses.push(503)
  await failMany(1, 'b')
  await run(60)
  expect((await invoke(list, await admin(), {})).notifiers).toMatchObject([
    { last_error: 'it answered with status 503' },
  ])
  await run(60)
  expect((await settled()).map(({ status }) => status)).toContain('sent')
  expect((await invoke(list, await admin(), {})).notifiers).toMatchObject([{ last_error: null }])
})

test('a receiver that fails is not asked for each of its messages, and holds up no other one', async () => {
  const who = await admin()
  const bad = await stubServer((_, response) => response.writeHead(503).end())
  await invoke(create, who, { name: 'bad', webhook: { url: bad.url }, digest_after: 100 })
  await invoke(create, who, { name: 'good', webhook: { url: stub.url }, digest_after: 100 })
  await failMany(20, 'a')
  await run()
  expect([bad.received.length, stub.received.length]).toEqual([1, 20])
  await run(1)
  expect(bad.received).toHaveLength(1)
  await run(30)
  expect(bad.received).toHaveLength(2)
  await bad.close()
})

test('a server that died while it sent sends again; two that run at once send once', async () => {
  await invoke(create, await admin(), { name: 'w', webhook: { url: stub.url } })
  await failMany(3, 'a')
  await Promise.all([run(), run(), run()])
  expect(stub.received).toHaveLength(3)
  await failMany(1, 'b')
  const now = server.runtime.now()
  await server.runtime.db
    .updateTable('notification')
    .set({ attempts: 1, due_at: new Date(now.getTime() + 60_000) })
    .where('status', '=', 'pending')
    .execute()
  await run()
  expect(stub.received).toHaveLength(3)
  await run(61)
  // Its condition ended meanwhile only where a sweep came by; none did.
  expect(stub.received).toHaveLength(4)
})

test('no floods: five alerts one by one, the rest as one message, later ones as the next', async () => {
  await invoke(create, await admin(), { name: 'w', webhook: { url: stub.url } })
  await failMany(12, 'a')
  await run()
  expect(bodies().map(({ type }) => type)).toEqual([...Array.from({ length: 5 }, () => 'alert.raised'), 'alert.digest'])
  expect(bodies()[5]?.data).toMatchObject({ count: 7 })
  await failMany(4, 'b')
  await run(30)
  await run(60)
  expect(stub.received).toHaveLength(6)
  await run(600)
  const after = bodies()
    .slice(6)
    .map(({ type, data }) => [type, data['count']])
  expect(after.length).toBeGreaterThan(0)
  expect(
    await server.runtime.db.selectFrom('notification').select('ref').where('status', '=', 'pending').execute(),
  ).toEqual([])
})

test('only what a notifier asked for, and nothing that is over by the time it is sent', async () => {
  const who = await admin()
  await invoke(create, who, { name: 'critical', min_severity: 'critical', webhook: { url: stub.url } })
  await invoke(create, who, { name: 'approvals', subjects: ['approval'], webhook: { url: stub.url } })
  await invoke(create, who, { name: 'off', active: false, webhook: { url: stub.url } })
  await failMany(1, 'a')
  await run()
  expect(stub.received).toEqual([])
  await invoke(create, who, { name: 'all', webhook: { url: stub.url } })
  await failMany(1, 'b')
  await invoke(updateSettings, who, { settings: { alert_stuck_minutes: 10_000 } })
  server.advance(61_000)
  await sweepAlerts(server.runtime)
  await run()
  expect(stub.received).toEqual([])
  expect((await settled()).map(({ status }) => status)).toEqual(['dropped'])
})

test('Telegram says how long to wait, and its token is in no error', async () => {
  const bot = await testBot()
  const telegram = { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url }
  await invoke(create, await admin(), { name: 't', telegram })
  bot.refusals.push({
    error_code: 429,
    description: 'Too Many Requests: retry after 90',
    parameters: { retry_after: 90 },
  })
  await failMany(1, 'a')
  await run()
  await run(60)
  expect(bot.texts()).toEqual([])
  await run(31)
  expect(bot.texts()).toEqual([expect.stringContaining('[warning] error: a0')])
  expect(bot.sent[0]?.body.reply_markup?.inline_keyboard.at(-1)).toEqual([
    { text: 'Open', url: 'https://writ.example/alerts' },
  ])
  await bot.close()
  await failMany(1, 'b')
  await run()
  const { notifiers } = await invoke(list, await admin(), {})
  expect(notifiers).toMatchObject([{ last_error: 'it could not be reached', target: `chat ${CHAT}` }])
  const stored = await server.runtime.db.selectFrom('notifier').selectAll().execute()
  expect(JSON.stringify(stored)).not.toContain(TOKEN)
  expect(JSON.stringify(notifiers)).not.toContain(TOKEN)
})
