import { afterAll, beforeAll, expect, test } from 'vitest'
import { risky } from '#core/actions/test-actions'
import { deliverDue } from '#core/notifiers/index'
import { CHAT, testBot, TOKEN } from '#core/notifiers/test-bot'
import { insertOrg } from '#core/orgs/index'
import { operations } from '#core/registry.gen'
import { testPerson } from '#core/testing/people'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
let bot: Awaited<ReturnType<typeof testBot>>
let hook: { url: string; secret_token: string }
let key: string
const USER = 42
const ORG = 'org_chat'
beforeAll(async () => {
  bot = await testBot()
  const settings = { egress_allow: '127.0.0.1', secret_key: 'ab'.repeat(32) }
  server = await testServer(operations, { settings, fetch: globalThis.fetch })
  const org = { orgId: ORG, name: 'Chat', at: server.runtime.now(), by: 'test' }
  await server.runtime.db.transaction().execute((trx) => insertOrg(trx, org))
  key = await server.key({}, ORG)
  const telegram = { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url, answers: 'webhook' }
  hook = (await api('/api/notifiers', { name: 'Ops', telegram }))['telegram_webhook'] as typeof hook
  const { accountId } = await testPerson(server.runtime, ORG, 'approver')
  const link = { org_id: ORG, telegram_user_id: USER, account_id: accountId, linked_at: new Date() }
  await server.runtime.db.insertInto('telegram_link').values(link).execute()
})
afterAll(async () => {
  await server.close()
  await bot.close()
})

async function api(path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await response.json()) as Record<string, unknown>
}

async function update(body: unknown, token: string | null = hook.secret_token, url = hook.url): Promise<number> {
  const secret = token === null ? {} : { 'X-Telegram-Bot-Api-Secret-Token': token }
  const headers = { 'content-type': 'application/json', ...secret }
  return (await fetch(server.url + url, { method: 'POST', headers, body: JSON.stringify(body) })).status
}

const press = (data: string, user = USER, chat = Number(CHAT)) => ({
  update_id: 1,
  callback_query: { id: 'q', from: { id: user, is_bot: false }, message: { message_id: 1, chat: { id: chat } }, data },
})

test('a press that Telegram posts decides, once, however often it is posted', async () => {
  const { action_id: id } = await api('/api/actions', risky)
  await deliverDue(server.runtime)
  const state = async () =>
    (await server.runtime.db.selectFrom('approval').select('state').where('action_id', '=', String(id)).execute())[0]
  const yes = press(`yes:${String(id)}`)
  expect(await update(yes, null)).toBe(401)
  expect(await update(yes, 'wrong')).toBe(401)
  expect(await update(yes, hook.secret_token, '/hooks/telegram/org_other/ntf_none')).toBe(401)
  expect(await update(press(`yes:${String(id)}`, 666))).toBe(200)
  expect(await update(press(`yes:${String(id)}`, USER, -5))).toBe(200)
  expect(await update({ hello: 1 })).toBe(400)
  expect(await update([])).toBe(400)
  expect(await state()).toEqual({ state: 'pending' })
  expect(await Promise.all(Array.from({ length: 8 }, () => update(yes)))).toEqual(Array.from({ length: 8 }, () => 200))
  expect(await state()).toEqual({ state: 'approved' })
  expect(bot.texts('answerCallbackQuery').filter((text) => text === 'Approved.')).toHaveLength(1)
  expect((await fetch(server.url + hook.url)).status).toBe(405)
})
