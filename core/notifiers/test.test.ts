import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { test as tryOut } from './test.op.ts'
import { CHAT, testBot, TOKEN } from './test-bot.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())

test('200 tells whether the message got through, and why not; 404 across orgs', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const bot = await testBot()
  const telegram = { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url }
  const { notifier } = await invoke(create, ctx, { name: 'a', telegram })
  const { notifier_id } = notifier
  expect(await invoke(tryOut, ctx, { notifier_id })).toEqual({ delivered: true, error: null })
  expect(bot.texts()).toEqual([expect.stringContaining('will arrive here')])
  bot.refusals.push({ error_code: 400, description: 'Bad Request: chat not found' })
  const error = 'Telegram answered with status 400: Bad Request: chat not found'
  expect(await invoke(tryOut, ctx, { notifier_id })).toEqual({ delivered: false, error })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(tryOut, stranger, { notifier_id })).rejects.toMatchObject({ code: 'not_found' })
  await bot.close()
})
