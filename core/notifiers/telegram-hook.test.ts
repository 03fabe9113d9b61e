import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { chatActs } from '#core/chat-acts'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { registerHooks } from './telegram-hook.ts'
import { pollTelegram } from './telegram-receive.ts'
import { CHAT, testBot, TOKEN } from './test-bot.ts'
import { update } from './update.op.ts'

let server: TestRuntime
let bot: Awaited<ReturnType<typeof testBot>>
let org: TestOrg
beforeAll(async () => {
  const settings = { egress_allow: '127.0.0.1', public_url: 'https://writ.example' }
  server = await testRuntime({ settings, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())
beforeEach(async () => {
  await server.runtime.db.deleteFrom('notifier').execute()
  bot = await testBot()
  org = await testOrg(server.runtime)
  return () => bot.close()
})

const telegram = (answers: 'polling' | 'webhook') => ({ bot_token: TOKEN, chat_id: CHAT, api_url: bot.url, answers })
const add = async (answers: 'polling' | 'webhook') =>
  invoke(create, await org.as('admin'), { name: 'Ops', telegram: telegram(answers) })
const lastError = async () => (await invoke(list, await org.as('admin'), {})).notifiers[0]?.last_error
const register = () => registerHooks(server.runtime)
const poll = () => pollTelegram(server.runtime, chatActs)

test('the bot is told where to post, with the token that was shown; once, until the choice changes', async () => {
  const { notifier, telegram_webhook: shown } = await add('webhook')
  await Promise.all([register(), register(), register()])
  expect(bot.updates.hook).toEqual({ url: `https://writ.example${shown?.url}`, token: shown?.secret_token })
  bot.updates.post('https://writ.example/moved', '')
  await register()
  expect(bot.updates.hook?.url).toBe('https://writ.example/moved')
  const changed = { notifier_id: notifier.notifier_id, telegram: telegram('webhook') }
  const again = await invoke(update, await org.as('admin'), changed)
  expect(again.telegram_webhook?.secret_token).not.toBe(shown?.secret_token)
  await register()
  expect(bot.updates.hook).toEqual({
    url: `https://writ.example${shown?.url}`,
    token: again.telegram_webhook?.secret_token,
  })
})

test('a refusal is shown and tried again a minute later', async () => {
  await add('webhook')
  bot.refusals.push({ error_code: 400, description: 'Bad Request: bad webhook: Failed to resolve host' })
  await register()
  await register()
  expect(await lastError()).toBe('Telegram answered with status 400: Bad Request: bad webhook: Failed to resolve host')
  expect(bot.updates.hook).toBeUndefined()
  server.advance(61_000)
  await register()
  expect([await lastError(), bot.updates.hook?.url]).toEqual([
    null,
    expect.stringContaining('https://writ.example/hooks/'),
  ])
})

test('polling after a webhook of this server takes it away; one that leads elsewhere stays, and the operator is told', async () => {
  const { notifier } = await add('webhook')
  await register()
  await invoke(update, await org.as('admin'), { notifier_id: notifier.notifier_id, telegram: telegram('polling') })
  await poll()
  expect([bot.updates.hook, await lastError()]).toEqual([undefined, null])
  bot.updates.post('https://elsewhere.example/hook', '')
  await poll()
  expect(bot.updates.hook?.url).toBe('https://elsewhere.example/hook')
  expect(await lastError()).toContain('deleteWebhook')
})

test('one stays on the line, and hears a press at once; a server that stops hangs up', async () => {
  await add('polling')
  const stopping = new AbortController()
  const polling = pollTelegram(server.runtime, chatActs, { seconds: 30, stopping: stopping.signal })
  await expect.poll(() => bot.updates.polls.length).toBe(1)
  bot.press(666, 'yes:act_x')
  await expect.poll(() => bot.texts('answerCallbackQuery')).toEqual(['This button is not known here.'])
  await expect.poll(() => bot.updates.polls.length).toBe(2)
  expect(bot.updates.polls.every((seconds) => seconds > 0)).toBe(true)
  stopping.abort()
  await polling
  expect([bot.again(), await lastError()]).toEqual([[], null])
})
