import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testBot, CHAT, TOKEN } from '#core/notifiers/test-bot'
import { operations } from '#core/registry.gen'
import { createSafeFetch } from './ports/safe-fetch.ts'
import { brokenBodies, Raw, refuseAll, stored, type Bad, type Surface } from './test-refusals.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
let surface: Surface
let bot: Awaited<ReturnType<typeof testBot>>
const known: Record<string, string> = {}

async function api(
  method: string,
  path: string,
  body: object,
  key: string,
): Promise<Record<string, Record<string, string>>> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const response = await fetch(server.url + path, { method, headers, body: JSON.stringify(body) })
  if (response.status >= 300) throw new Error(await response.text())
  return (await response.json()) as Record<string, Record<string, string>>
}

/** Writ's own shape of an error. */
function words(body: unknown): string {
  const told = body as { error: string; code: string; details?: string[] }
  expect(told).toMatchObject({
    error: expect.any(String),
    code: expect.any(String),
    request_id: expect.stringMatching(/^req_/),
  })
  return [told.code, told.error, ...(told.details ?? [])].join(' | ')
}

async function populate(mark: string, key: string): Promise<void> {
  const agent = `${mark}-agent`
  const note = (name: string, value: string | undefined): string => (known[`${mark}.${name}`] = value ?? '')
  const registered = await api('POST', '/api/agents/registry', { agent_id: agent, name: agent, prompt: 'p' }, key)
  note('version', registered['version']?.['version_id'])
  const other = await api('POST', '/api/agents/registry', { agent_id: `${mark}-other`, name: 'other' }, key)
  note('stranger', other['version']?.['version_id'])
  const { task } = await api('POST', '/api/tasks', { agent_id: agent, title: 't' }, key)
  note('task', task?.['task_id'])
  const claimed = await api('POST', '/api/tasks/claim', { agent_id: agent }, key)
  note('lease', claimed['lease_token'] as unknown as string)
  const { webhook } = await api('POST', '/api/webhooks', { url: 'https://example.com/x', events: ['task.*'] }, key)
  note('webhook', webhook?.['webhook_id'])
}

beforeAll(async () => {
  bot = await testBot()
  const { fetch: out, judge } = createSafeFetch({ allow: new Set() })
  const settings = { secret_key: '07'.repeat(32), egress_allow: '127.0.0.1' }
  server = await testServer(operations, { settings, fetch: out, judge })
  await server.org('org_other')
  known['key'] = await server.key()
  await populate('theirs', await server.key({}, 'org_other'))
  await populate('mine', known['key'])
  const telegram = { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url, answers: 'webhook' }
  const made = await api('POST', '/api/notifiers', { name: 'Ops', telegram }, known['key'])
  Object.assign(known, { hook: made['telegram_webhook']?.['url'], secret: made['telegram_webhook']?.['secret_token'] })
  surface = { name: 'REST', base: server.url, headers: { 'x-api-key': known['key'] }, words }
})
afterAll(async () => {
  await server.close()
  await bot.close()
})

const id = (name: string): string => known[name] ?? ''
type Wrong = readonly [request: string, body: unknown, says: string, status?: number]
const rowsOf = (wrong: readonly Wrong[]): Bad[] =>
  wrong.map(([request, body, says, status = 400]) => ({
    name: JSON.stringify(body ?? '').slice(0, 80),
    request,
    body,
    says,
    status,
  }))

test('tasks, versions and traffic', async () => {
  const agent = '/api/agents/mine-agent'
  const task = `/api/tasks/${id('mine.task')}`
  await refuseAll(server.runtime, surface, [
    ...brokenBodies('POST /api/tasks', { agent_id: 'mine-agent', title: 't' }, 'input'),
    ...rowsOf([
      ['POST /api/tasks/claim', { agent_id: 'nobody' }, 'not_found', 404],
      ['POST /api/tasks/claim', { agent_id: 'theirs-agent' }, 'not_found', 404],
      ['POST /api/tasks/claim', { agent_id: 'mine-agent', lease_seconds: 0 }, 'lease_seconds'],
      ['POST /api/tasks/claim', { agent_id: 'mine-agent', lease_seconds: 1.5 }, 'lease_seconds'],
      [`POST ${task}/complete`, {}, 'lease', 409],
      [`POST ${task}/complete`, { lease_token: 'lease_none' }, 'lease', 409],
      [`POST ${task}/complete`, { lease_token: id('theirs.lease') }, 'lease', 409],
      [`POST ${task}/complete`, { lease_token: id('mine.lease'), output: [1] }, 'output'],
      [`POST ${task}/extend`, { lease_token: 'lease_none' }, 'lease', 409],
      [`POST ${task}/fail`, { lease_token: 'lease_none', reason: 'r' }, 'lease', 409],
      [`POST /api/tasks/${id('theirs.task')}/complete`, { lease_token: id('theirs.lease') }, 'not_found', 404],
      [`PATCH ${task}`, { progress: -1, lease_token: id('mine.lease') }, 'progress'],
      ['POST /api/tasks', { agent_id: 'mine-agent', title: 't', version_id: id('theirs.version') }, 'not_found', 404],
      ['POST /api/tasks', { agent_id: 'mine-agent', title: 't', max_attempts: 0 }, 'max_attempts'],
      ['POST /api/tasks', { agent_id: 'mine-agent', title: 't', deadline: '9999-99-99' }, 'deadline'],
      [`PUT ${agent}/traffic`, { shares: [{ version_id: id('mine.stranger'), weight: 1 }] }, 'not_found', 404],
      [`PUT ${agent}/traffic`, { shares: [{ version_id: '1', weight: 0 }] }, 'weight'],
      [`PUT ${agent}/traffic`, { shares: [{ version_id: '1', weight: -5 }] }, 'weight'],
      [
        `PUT ${agent}/traffic`,
        {
          shares: [
            { version_id: '1', weight: 1 },
            { version_id: id('mine.version'), weight: 1 },
          ],
        },
        'shares',
      ],
      [`PUT ${agent}/versions/1/tags`, { tags: ['a b'] }, 'tags'],
      [`PUT ${agent}/versions/${id('mine.stranger')}/tags`, { tags: ['a'] }, 'not_found', 404],
      [`POST ${agent}/rollback`, { version_id: id('mine.stranger') }, 'not_found', 404],
      [`POST ${agent}/fork`, { fork_type: 'exact_clone', name: 'x', new_agent_id: 'mine-agent' }, 'exists', 409],
      [`GET ${agent}/versions/compare?from=1&to=${id('mine.stranger')}`, undefined, 'not_found', 404],
      ['POST /api/agents/registry', { name: 'x', agent_id: 'mine-agent' }, 'exists', 409],
      ['POST /api/agents/registry', { name: 'x', agent_id: 'a\u0007b' }, 'control characters'],
      ['POST /api/keys', { name: 'x', agent_id: 'a\nb' }, 'control characters'],
      ['POST /api/agents/heartbeat', { agent_id: 'a\nb' }, 'control characters'],
      ['POST /api/agents/heartbeat', { agent_id: 'a', metadata: { x: 'y'.repeat(1_000_000) } }, 'metadata'],
    ]),
  ])
})

test('telemetry, costs, values, alerts, webhooks and settings', async () => {
  const beat = { agent_id: 'bad', type: 'heartbeat' }
  await refuseAll(server.runtime, surface, [
    ...rowsOf([
      ['POST /api/telemetry', {}, 'events'],
      ['POST /api/telemetry', { events: [] }, 'events'],
      ['POST /api/telemetry', { events: beat }, 'events'],
      ['POST /api/telemetry', { events: Array.from({ length: 1001 }, () => beat) }, 'events'],
      ['POST /api/telemetry', new Raw('{"events":[],"__proto__":{"polluted":true}}'), '__proto__'],
      ['GET /api/costs?agent_id=theirs-agent', undefined, 'not_found', 404],
      ['GET /api/costs?from=soon', undefined, 'from'],
      ['GET /api/agents/theirs-agent/drift', undefined, 'not_found', 404],
      ['PUT /api/agents/theirs-agent/drift/baseline', {}, 'not_found', 404],
      ['PUT /api/roi/values/t', { value_usd: -1 }, 'value_usd'],
      ['PUT /api/roi/values/t', new Raw('{"value_usd":1e999}'), 'value_usd'],
      ['PUT /api/roi/values/t', { value_usd: 'NaN' }, 'value_usd'],
      ['POST /api/alerts/alert_none/acknowledge', {}, 'not_found', 404],
      ['POST /api/alerts/mute', { minutes: -5 }, 'minutes'],
      ['POST /api/webhooks', { url: 'https://192.168.0.1/x', events: ['*'] }, 'url'],
      ['POST /api/webhooks', { url: 'https://[::ffff:10.0.0.1]/x', events: ['*'] }, 'url'],
      ['POST /api/webhooks', { url: 'http://example.com/x', events: ['*'] }, 'url'],
      ['POST /api/webhooks', { url: 'https://example.com/x', events: ['nothing.*'] }, 'events.0'],
      [`PATCH /api/webhooks/${id('mine.webhook')}`, { url: 'https://10.0.0.1/' }, 'url'],
      [`PATCH /api/webhooks/${id('theirs.webhook')}`, { active: false }, 'not_found', 404],
      [`POST /api/webhooks/${id('theirs.webhook')}/rotate-secret`, {}, 'not_found', 404],
      [`POST /api/webhooks/${id('theirs.webhook')}/replay`, { delivery_id: 'x' }, '', 404],
      ['POST /api/notifiers', { name: 'x' }, 'name one of them'],
      ['POST /api/notifiers', { name: 'x', telegram: { bot_token: 'x', chat_id: '1' } }, 'bot_token'],
      ['POST /api/notifiers', { name: 'x', telegram: { bot_token: TOKEN, chat_id: 'me' } }, 'chat_id'],
      ['POST /api/notifiers', { name: 'x', webhook: { url: 'http://10.0.0.1/' } }, 'webhook'],
      ['PATCH /api/settings', { settings: { clawtrait_plan: 'platinum' } }, 'clawtrait_plan'],
      ['PATCH /api/settings', { settings: { otlp_endpoint: 'http://10.0.0.1' } }, 'otlp_endpoint'],
      ['PATCH /api/settings', { settings: {} }, 'settings'],
    ]),
  ])
})

test('of a batch of telemetry what is wrong is told by its place and its name, and is not kept', async () => {
  const wrong: readonly (readonly [object | string | null, string])[] = [
    [{ agent_id: 'bad' }, 'type'],
    [{ agent_id: 'bad', type: 'cost', cost_usd: -1 }, 'cost_usd'],
    [{ agent_id: 'bad', type: 'cost', tokens_in: 0.5 }, 'tokens_in'],
    [{ agent_id: 'bad', type: 'cost', timestamp: '2001-01-01T00:00:00Z' }, 'timestamp'],
    [{ agent_id: 'bad', type: 'cost', message: 'a\0b' }, 'NUL'],
    [{ agent_id: 'b\u0000d', type: 'cost' }, 'NUL'],
    [{ agent_id: 'bad', type: 'task', outcome: 'maybe' }, 'outcome'],
    [{ agent_id: 'bad', type: 'heartbeat', metadata: { x: 'y'.repeat(1_000_000) } }, '32 KiB'],
    ['x', '(event)'],
    [null, '(event)'],
  ]
  const before = await stored(server.runtime)
  const response = await fetch(`${server.url}/api/telemetry`, {
    method: 'POST',
    headers: { 'x-api-key': id('key'), 'content-type': 'application/json' },
    body: JSON.stringify({ events: wrong.map(([event]) => event) }),
  })
  const told = (await response.json()) as {
    accepted: number
    rejected: { index: number; error: string; code: string }[]
  }
  expect([response.status, told.accepted]).toEqual([200, 0])
  expect(told.rejected).toEqual(
    wrong.map(([, says], index) => ({ index, error: expect.stringContaining(says), code: 'invalid_input' })),
  )
  expect(await stored(server.runtime)).toEqual(before)
})

test('what strangers send to the hook of Telegram', async () => {
  const pressed = (from: number, data: string, chat = Number(CHAT)) => ({
    update_id: 1,
    callback_query: { id: 'q', from: { id: from }, message: { message_id: 1, chat: { id: chat } }, data },
  })
  const secret = { 'x-telegram-bot-api-secret-token': id('secret') }
  const request = `POST ${id('hook')}`
  const press = pressed(666, `ack:alert_none`)
  await refuseAll(server.runtime, { ...surface, headers: {} }, [
    { name: 'without the secret', request, body: press, status: 401 },
    { name: 'another secret', request, body: press, headers: { 'x-telegram-bot-api-secret-token': 'x' }, status: 401 },
    { name: 'a key for a secret', request, body: press, headers: { 'x-api-key': id('key') }, status: 401 },
    {
      name: 'an unknown notifier',
      request: 'POST /hooks/telegram/org_http/ntf_none',
      body: press,
      headers: secret,
      status: 401,
    },
    {
      name: 'the notifier of another org',
      request: request.replace('org_http', 'org_other'),
      body: press,
      headers: secret,
      status: 401,
    },
    { name: 'no JSON', request, body: new Raw('{'), headers: secret, status: 400 },
    { name: 'no update', request, body: {}, headers: secret, status: 400 },
    { name: 'a list', request, body: [], headers: secret, status: 400 },
    { name: 'a number that is none', request, body: { update_id: 'x' }, headers: secret, status: 400 },
  ])
  // Telegram sends again what is not taken: what a stranger does there is taken, and nothing comes of it.
  const before = await stored(server.runtime)
  for (const update of [
    press,
    pressed(666, 'pause:mine-agent'),
    pressed(5, 'yes:act_1', -1),
    { update_id: 2, message: { from: { id: 666 }, chat: { id: 5 }, text: '/link X' } },
    { update_id: 3, channel_post: {} },
  ]) {
    const headers = { ...secret, 'content-type': 'application/json' }
    const { status } = await fetch(server.url + id('hook'), { method: 'POST', headers, body: JSON.stringify(update) })
    expect({ update, status }).toEqual({ update, status: 200 })
  }
  expect(await stored(server.runtime)).toEqual(before)
})

test('handshakes of /ws that are none', async () => {
  const before = await stored(server.runtime)
  const good = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==',
  ]
  const key = `x-api-key: ${id('key')}`
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['401', good],
    ['401', [...good, 'x-api-key: writ_live_nobody']],
    ['401', [...good, `x-api-key: ${'x'.repeat(3000)}`]],
    ['403', [...good, key, 'Origin: https://evil.example']],
    ['400', [...good.slice(0, 3), key]],
    ['400', [...good.slice(0, 3), key, 'Sec-WebSocket-Key: short']],
    ['400', [...good.slice(0, 2), 'Sec-WebSocket-Version: 8', good[3] ?? '', key]],
  ]
  for (const [status, lines] of rows) {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(['GET /ws HTTP/1.1', 'Host: 127.0.0.1', ...lines, '', ''].join('\r\n'))
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect({ lines, answer: bytes.toString().split(' ')[1] }).toEqual({ lines, answer: status })
  }
  process.stdout.write(`bad input, /ws: ${rows.length} of ${rows.length} refused, stored 0\n`)
  expect(await stored(server.runtime)).toEqual(before)
})
