import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sweepAlerts } from '#core/alerts/index'
import { deliverDue } from '#core/notifiers/index'
import { CHAT, testBot, TOKEN } from '#core/notifiers/test-bot'
import { operations } from '#core/registry.gen'
import { testServer, type TestServer } from '../test-server.ts'

let server: TestServer
let bot: Awaited<ReturnType<typeof testBot>>
let key: string
let now = Date.parse('2026-03-09T14:00:00Z')
beforeAll(async () => {
  bot = await testBot()
  const settings = {
    egress_allow: '127.0.0.1',
    secret_key: 'ab'.repeat(32),
    public_url: 'https://writ.example',
    allowed_hosts: '127.0.0.1',
  }
  server = await testServer(operations, { settings, fetch: globalThis.fetch, now: () => new Date(now) })
  key = await server.key()
  const telegram = { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url }
  await post('/api/notifiers', { name: 'Ops', telegram })
  await fetch(`${server.url}/api/settings`, {
    method: 'PATCH',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { alert_agent_cost_usd: 10 } }),
  }).then(expectOk)
})
afterAll(async () => {
  await server.close()
  await bot.close()
})
beforeEach(() => {
  now += 3_600_000
  bot.sent.splice(0)
})

async function expectOk(response: Response): Promise<void> {
  if (response.status >= 300) throw new Error(await response.text())
}

const post = async (path: string, body: object): Promise<void> => {
  const headers = { 'x-api-key': key, 'x-clawatch-key': key, 'content-type': 'application/json' }
  await expectOk(await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) }))
}
const event = (agentId: string, type: string, data: object = {}) =>
  post('/clawatch/api/events', {
    agentId,
    agentName: 'my-assistant',
    host: 'macbook-pro',
    type,
    timestamp: new Date(now).toISOString(),
    data,
  })

/** The one message that was sent, with its buttons. */
async function message(): Promise<{ text: string; buttons: readonly object[] }> {
  await deliverDue(server.runtime)
  expect(bot.sent.map(({ method }) => method)).toEqual(['sendMessage'])
  const [sent] = bot.sent
  expect(sent?.body.chat_id).toBe(CHAT)
  return { text: sent?.body.text ?? '', buttons: sent?.body.reply_markup?.inline_keyboard.flat() ?? [] }
}

const BUTTONS = [
  { text: expect.any(String), callback_data: expect.stringMatching(/^ack:alert_/) },
  { text: expect.any(String), callback_data: expect.stringMatching(/^pause:alert_/) },
  { text: 'Open', url: 'https://writ.example/alerts' },
]

test.each<[string, string, () => Promise<unknown>]>([
  [
    'an agent is stuck: no heartbeat for more than 5 minutes',
    'Agent stuck — no heartbeat for 5 minutes',
    async () => {
      await event('silent', 'heartbeat')
      now += 5 * 60_000 + 1000
      await sweepAlerts(server.runtime)
    },
  ],
  [
    'the rate of errors: more than 3 within a minute',
    '4 errors within a minute',
    async () => {
      for (let n = 0; n < 4; n += 1) await event('failing', 'error', { error: 'it broke' })
    },
  ],
  ['a cost threshold is exceeded', '$12.00', () => event('costly', 'cost', { costUsd: 12 })],
  [
    'an agent goes from running to error',
    'status error',
    async () => {
      await event('breaking', 'status_change', { status: 'running' })
      await event('breaking', 'status_change', { status: 'error', message: 'out of memory' })
    },
  ],
])('Telegram is told when %s, with buttons to the dashboard', async (_, says, happen) => {
  await happen()
  const { text, buttons } = await message()
  expect(text).toContain(says)
  expect(buttons).toEqual(BUTTONS)
})

test('below each threshold nobody is told', async () => {
  for (let n = 0; n < 3; n += 1) await event('fine', 'error', { error: 'it broke' })
  await event('cheap', 'cost', { costUsd: 9.99 })
  await event('steady', 'status_change', { status: 'running' })
  now += 4 * 60_000
  for (const agentId of ['fine', 'cheap', 'steady']) await event(agentId, 'heartbeat')
  await sweepAlerts(server.runtime)
  await deliverDue(server.runtime)
  const told = bot.texts().filter((text) => /fine|cheap|steady/.test(text))
  expect(told).toEqual([])
})
