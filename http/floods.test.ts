import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweepAlerts } from '#core/alerts/sweep'
import { send } from '#core/alerts/test-alerts'
import { parseAllowList } from '#core/kernel/allow-list'
import { invoke } from '#core/kernel/invoke'
import { create } from '#core/notifiers/create.op'
import { deliverDue } from '#core/notifiers/index'
import { listDeliveries } from '#core/notifiers/list-deliveries.op'
import { CHAT, testBot, TOKEN } from '#core/notifiers/test-bot'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { createMail } from './ports/mail.ts'

let server: TestRuntime
let bot: Awaited<ReturnType<typeof testBot>>
let stub: StubServer
let smtp: SMTPServer
const letters: string[] = []
beforeAll(async () => {
  const allow = '127.0.0.1'
  server = await testRuntime({
    settings: { egress_allow: allow },
    ports: { fetch: globalThis.fetch, mail: createMail(parseAllowList(allow)) },
  })
  bot = await testBot()
  stub = await stubServer((_, response) => response.end('ok'))
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = ''
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
      stream.on('end', () => {
        letters.push(text)
        done()
      })
    },
  })
  await new Promise<void>((ready) => smtp.listen(0, '127.0.0.1', ready))
})
afterAll(async () => {
  await bot.close()
  await stub.close()
  await new Promise<void>((closed) => smtp.close(closed))
  await server.close()
})

const ALERTS = 500
const SECONDS = 25
const AFTER = 5

/** Twenty alerts a second, of which half end by themselves a minute later, on a server whose jobs run every second. */
async function flood(ctx: Parameters<typeof send>[0]): Promise<void> {
  for (let second = 0; second < SECONDS; second += 1) {
    const each = ALERTS / SECONDS / 2
    const agents = Array.from({ length: each }, (_, n) => `${second}-${n}`)
    const broken = agents.map((id) => ({ type: 'heartbeat', agent_id: `broken-${id}`, status: 'error' }))
    const failing = agents.map((id) => ({ type: 'error', agent_id: `failing-${id}`, error: 'no' }))
    await send(ctx, ...broken, ...failing, ...failing, ...failing, ...failing)
    await deliverDue(server.runtime)
    server.advance(1000)
  }
}

/** Numbers of messages and, of each digest, how many alerts it counts. */
const shape = (titles: readonly string[]) => ({
  messages: titles.length,
  single: titles.filter((title) => title.startsWith('[')).length,
  counted: titles.flatMap((title) => Number(/^(\d+) more alerts?/.exec(title)?.[1] ?? '') || []),
})

test(
  '500 alerts within a minute are a dozen messages on every channel, and the digests count all that was not told alone',
  { timeout: 180_000 },
  async () => {
    const org = await testOrg(server.runtime)
    const admin = await org.as('admin')
    const { port } = smtp.server.address() as AddressInfo
    const email = { host: '127.0.0.1', port, security: 'none' as const, sender: 'w@example.com', to: ['o@example.com'] }
    const telegram = { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url }
    const rest = { subjects: ['alert' as const], digest_after: AFTER }
    const { notifier } = await invoke(create, admin, { name: 'w', webhook: { url: `${stub.url}/hook` }, ...rest })
    await invoke(create, admin, { name: 's', slack: { url: `${stub.url}/slack` }, ...rest })
    await invoke(create, admin, { name: 't', telegram, ...rest })
    await invoke(create, admin, { name: 'm', email, ...rest })
    await flood(await org.as('member'))
    server.advance(61_000)
    await sweepAlerts(server.runtime)
    for (let turn = 0; turn < 6; turn += 1) {
      await deliverDue(server.runtime)
      server.advance(150_000)
    }
    const at = (path: string) => stub.received.filter((one) => one.path === path).map(({ body }) => JSON.parse(body))
    const titles = {
      webhook: at('/hook').map(({ data }) => data.title as string),
      slack: at('/slack').map(({ text }) => text as string),
      telegram: bot.texts(),
      email: letters.map((text) => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? ''),
    }
    for (const [channel, all] of Object.entries(titles)) {
      const { messages, single, counted } = shape(all)
      // Fewer are told alone where a turn finds fewer that are not over yet.
      expect([channel, messages <= 2 * AFTER + 2, single <= 2 * AFTER]).toEqual([channel, true, true])
      expect([channel, counted.reduce((sum, one) => sum + one, single)]).toEqual([channel, ALERTS])
    }
    const ended = at('/hook').flatMap(({ data }) => data.ended ?? [])
    expect(ended.reduce((sum: number, one: number) => sum + one, 0)).toBeGreaterThan(
      ALERTS / 2 - AFTER - ALERTS / SECONDS,
    )
    const { deliveries } = await invoke(listDeliveries, admin, { notifier_id: notifier.notifier_id, status: 'pending' })
    expect(deliveries).toEqual([])
  },
)
