import { afterAll, beforeAll, expect, test } from 'vitest'
import { risky } from '#core/actions/test-actions'
import { create as createAction } from '#core/actions/create.op'
import { chatActs } from '#core/chat-acts'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { create } from './create.op.ts'
import { createLink } from './create-link.op.ts'
import { deliverDue } from './deliver.ts'
import { listLinks } from './list-links.op.ts'
import { removeLink } from './remove-link.op.ts'
import { pollTelegram } from './telegram-receive.ts'
import { CHAT, testBot, TOKEN } from './test-bot.ts'

let server: TestRuntime
let bot: Awaited<ReturnType<typeof testBot>>
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
  bot = await testBot()
})
afterAll(async () => {
  await bot.close()
  await server.close()
})

async function linked(org: TestOrg, telegram_user_id: number) {
  const person = await testPerson(server.runtime, org.orgId, 'approver')
  const link = { org_id: org.orgId, telegram_user_id, account_id: person.accountId, linked_at: new Date() }
  await server.runtime.db.insertInto('telegram_link').values(link).execute()
  return person
}

test('200 a person takes their own link away, an administrator any; nobody that of another, or of another org', async () => {
  const org = await testOrg(server.runtime)
  const [own] = [await linked(org, 1), await linked(org, 2)]
  const person = await own.context()
  await expect(invoke(removeLink, person, { telegram_user_id: 2 })).rejects.toMatchObject({ code: 'not_found' })
  await invoke(removeLink, person, { telegram_user_id: 1 })
  const admin = await org.as('admin')
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(removeLink, stranger, { telegram_user_id: 2 })).rejects.toMatchObject({ code: 'not_found' })
  await invoke(removeLink, admin, { telegram_user_id: 2 })
  expect((await invoke(listLinks, admin, {})).links).toEqual([])
  await expect(invoke(removeLink, await org.as('member'), { telegram_user_id: 2 })).rejects.toMatchObject({
    code: 'forbidden',
  })
})

test('of ten at once one removes it, and is on record; a press that comes after decides nothing, a new code links again', async () => {
  const org = await testOrg(server.runtime)
  const person = await linked(org, 42)
  const admin = await org.as('admin')
  const telegram = { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url }
  await invoke(create, admin, { name: 'Ops', telegram })
  const { action_id: id } = await invoke(createAction, await org.as('member'), risky)
  await deliverDue(server.runtime)
  const tries = await Promise.allSettled(
    Array.from({ length: 10 }, () => invoke(removeLink, admin, { telegram_user_id: 42 })),
  )
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const acts = admin.db.selectFrom('ledger_entry').select('ref').where('org_id', '=', org.orgId)
  expect(await acts.where('body', 'like', '%"telegram.unlinked"%').execute()).toEqual([{ ref: person.accountId }])
  bot.press(42, `yes:${id}`)
  await pollTelegram(server.runtime, chatActs)
  expect(bot.texts('answerCallbackQuery').at(-1)).toContain('linked to no member')
  bot.say(42, (await invoke(createLink, await person.context(), {})).message)
  bot.press(42, `yes:${id}`)
  await pollTelegram(server.runtime, chatActs)
  expect(bot.texts('answerCallbackQuery').at(-1)).toBe('Approved.')
})
