import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { risky } from '#core/actions/test-actions'
import { CHAT, testBot, TOKEN } from '#core/notifiers/test-bot'
import { testPerson } from '#core/testing/people'
import { call } from './bench/api.ts'
import { testInstance, type TestInstance } from './test-instance.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const USER = 42
const ORG = 'org_default'
let server: TestInstance
let bot: Awaited<ReturnType<typeof testBot>>

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((ready) => probe.listen(0, '127.0.0.1', ready))
  const { port } = probe.address() as AddressInfo
  await new Promise((closed) => probe.close(closed))
  return port
}

beforeAll(async () => {
  const port = await freePort()
  const changes = {
    port,
    public_url: `http://127.0.0.1:${port}`,
    egress_allow: '127.0.0.1',
    secret_key: 'ab'.repeat(32),
  }
  server = await testInstance(changes)
  const { accountId } = await testPerson(server.runtime, ORG, 'approver')
  const link = { org_id: ORG, telegram_user_id: USER, account_id: accountId, linked_at: new Date() }
  await server.runtime.db.insertInto('telegram_link').values(link).execute()
})
afterAll(() => server.close())
beforeEach(async () => {
  await server.runtime.db.deleteFrom('notifier').execute()
  bot = await testBot()
  return () => bot.close()
})

const api = <T>(path: string, body: object) => call<T>(server.url, server.adminKey, path, body)
const add = (answers: 'polling' | 'webhook') =>
  api('/api/notifiers', { name: 'Ops', telegram: { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url, answers } })

/** What a stranger must not add to: the ledger has every act, the others what an act may leave. */
async function kept(): Promise<number[]> {
  const { db } = server.runtime
  const tables = ['ledger_entry', 'telegram_link', 'telegram_link_code', 'approval', 'notification'] as const
  const rows = await Promise.all(tables.map((table) => db.selectFrom(table).select('org_id').execute()))
  return rows.map((all) => all.length)
}

async function asked(): Promise<{ id: string; state: () => Promise<string | undefined> }> {
  const act = { ...risky, declared_goal: `clean the branch ${Math.random()}` }
  const { action_id: id } = await api<{ action_id: string }>('/api/actions', act)
  await expect.poll(() => bot.texts().at(-1) ?? '', { timeout: 30_000 }).toContain(act.declared_goal)
  const approvals = server.runtime.db.selectFrom('approval').select('state').where('action_id', '=', id)
  return { id, state: async () => (await approvals.executeTakeFirst())?.state }
}

test.each(['polling', 'webhook'] as const)(
  'by %s, with nothing but the token of the bot: a stranger changes and stores nothing, the linked person decides once',
  async (answers) => {
    await add(answers)
    const hook = () => bot.updates.hook?.url ?? ''
    await expect.poll(hook, { timeout: 30_000 }).toContain(answers === 'webhook' ? server.url : '')
    const { id, state } = await asked()
    const before = await kept()
    bot.press(666, `yes:${id}`)
    bot.press(USER, `yes:${id}`, -5)
    bot.say(666, '/link AAAAAAAAAAAAAAAAAAAA')
    bot.say(666, '/start')
    const refused = () => bot.texts('answerCallbackQuery')
    await expect.poll(refused, { timeout: 30_000 }).toEqual([expect.stringContaining('linked to no member')])
    await expect.poll(() => bot.texts().at(-1), { timeout: 30_000 }).toContain('no such code')
    expect([await kept(), await state()]).toEqual([before, 'pending'])
    bot.press(USER, `yes:${id}`)
    bot.press(USER, `no:${id}`)
    await expect.poll(state, { timeout: 30_000 }).toBe('approved')
    await expect.poll(() => refused().length, { timeout: 30_000 }).toBe(3)
    expect(refused().filter((text) => text === 'Approved.')).toHaveLength(1)
    expect(bot.updates.polls.length > 0).toBe(answers === 'polling')
    expect(bot.updates.polls.every((seconds) => seconds > 0)).toBe(true)
  },
)
