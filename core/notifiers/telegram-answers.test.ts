import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { risky } from '#core/actions/test-actions'
import { create as createAction } from '#core/actions/create.op'
import { get as getAction } from '#core/actions/get.op'
import { fail, alertsOf } from '#core/alerts/test-alerts'
import { chatActs } from '#core/chat-acts'
import { get as getAgent } from '#core/agents/get.op'
import { invoke } from '#core/kernel/invoke'
import { update as updateSettings } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { testPerson, type TestPerson } from '#core/testing/people'
import { create } from './create.op.ts'
import { createLink } from './create-link.op.ts'
import { deliverDue } from './deliver.ts'
import { pollTelegram } from './telegram-receive.ts'
import { CHAT, testBot, TOKEN } from './test-bot.ts'

let server: TestRuntime
let bot: Awaited<ReturnType<typeof testBot>>
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())
let org: TestOrg
beforeEach(async () => {
  await server.runtime.db.deleteFrom('notifier').execute()
  bot = await testBot()
  org = await testOrg(server.runtime)
  const telegram = { bot_token: TOKEN, chat_id: CHAT, api_url: bot.url }
  await invoke(create, await org.as('admin'), { name: 'Ops', telegram })
  return () => bot.close()
})

const poll = () => pollTelegram(server.runtime, chatActs)
const answers = () => bot.texts('answerCallbackQuery')
const USER = 42

async function linked(role: 'approver' | 'admin' | 'readonly', user = USER): Promise<TestPerson> {
  const person = await testPerson(server.runtime, org.orgId, role)
  if (role === 'readonly') {
    const link = { org_id: org.orgId, telegram_user_id: user, account_id: person.accountId, linked_at: new Date() }
    await server.runtime.db.insertInto('telegram_link').values(link).execute()
    return person
  }
  const { message } = await invoke(createLink, await person.context(), {})
  bot.say(user, message)
  await poll()
  expect(bot.texts().at(-1)).toContain('Linked')
  return person
}

async function pendingApproval(): Promise<{ actionId: string; state: () => Promise<string> }> {
  const agent = await org.as('member')
  const { action_id: actionId } = await invoke(createAction, agent, risky)
  await deliverDue(server.runtime)
  const state = async () => (await invoke(getAction, agent, { action_id: actionId })).action.status
  return { actionId, state }
}

async function openAlert(): Promise<string> {
  const agent = await org.as('member')
  await fail(agent, 'a1')
  await deliverDue(server.runtime)
  return (await alertsOf(agent))[0]?.alert_id ?? ''
}

test('an approval comes with its buttons; the person who linked their account decides it, exactly once', async () => {
  const person = await linked('approver')
  const { actionId, state } = await pendingApproval()
  const told = bot.sent.at(-1)
  expect(told).toMatchObject({ method: 'sendMessage', body: { chat_id: CHAT } })
  expect(told?.body.text).toContain('clean the branch')
  const keys = told?.body.reply_markup?.inline_keyboard.flat().map(({ callback_data: data }) => data)
  expect(keys).toEqual([`yes:${actionId}`, `no:${actionId}`])
  for (const key of keys ?? []) expect(Buffer.byteLength(key ?? '')).toBeLessThanOrEqual(64)
  bot.press(USER, `yes:${actionId}`)
  bot.press(USER, `no:${actionId}`)
  bot.press(USER, `yes:${actionId}`)
  await Promise.all([poll(), poll()])
  await poll()
  expect(await state()).toBe('running')
  const approval = server.runtime.db
    .selectFrom('approval')
    .select(['state', 'decided_by'])
    .where('action_id', '=', actionId)
  expect(await approval.execute()).toEqual([{ state: 'approved', decided_by: person.email }])
  expect(answers().filter((text) => text === 'Approved.')).toHaveLength(1)
  expect(answers().filter((text) => text === 'Denied.')).toHaveLength(0)
  expect(bot.again()).toEqual([])
})

test('a stranger, another chat, an unknown button and who may not decide change nothing', async () => {
  const { actionId, state } = await pendingApproval()
  await linked('readonly', 7)
  await linked('approver')
  const other = await testOrg(server.runtime)
  const foreign = await invoke(createAction, await other.as('member'), risky)
  bot.press(666, `yes:${actionId}`)
  bot.press(USER, `yes:${actionId}`, -999)
  bot.press(7, `yes:${actionId}`)
  bot.press(USER, `yes:${foreign.action_id}`)
  bot.press(USER, `constructor:${actionId}`)
  bot.press(USER, 'yes:')
  bot.say(USER, '/link AAAAAAAAAAAAAAAAAAAA')
  bot.say(666, '/start')
  await poll()
  expect(await state()).toBe('pending_approval')
  const unknown = 'This button is not known here.'
  expect(answers()).toEqual([
    expect.stringContaining('linked to no member'),
    expect.stringContaining('Forbidden'),
    unknown,
    unknown,
    unknown,
  ])
  expect(bot.texts().at(-1)).toBe('There is no such code, or its time is over.')
})

test('a person whose membership ended decides nothing any more; an org that asks for a second factor takes none', async () => {
  const person = await linked('admin')
  const { actionId, state } = await pendingApproval()
  await invoke(updateSettings, await org.as('admin'), { settings: { require_second_factor: true } })
  bot.press(USER, `yes:${actionId}`)
  await poll()
  expect(answers().at(-1)).toContain('second factor')
  await server.runtime.db.deleteFrom('membership').where('account_id', '=', person.accountId).execute()
  bot.press(USER, `yes:${actionId}`)
  await poll()
  expect(answers().at(-1)).toContain('linked to no member')
  expect(await state()).toBe('pending_approval')
})

test('an alert is acknowledged and its agent paused by the buttons under it', async () => {
  const person = await linked('admin')
  const alertId = await openAlert()
  const keys = bot.sent
    .at(-1)
    ?.body.reply_markup?.inline_keyboard.flat()
    .map(({ callback_data: data }) => data)
  expect(keys).toEqual([`ack:${alertId}`, `pause:${alertId}`])
  bot.press(USER, `ack:${alertId}`)
  bot.press(USER, `pause:${alertId}`)
  await poll()
  const ctx = await org.as('admin')
  expect(await alertsOf(ctx)).toMatchObject([{ state: 'acknowledged', acknowledged_by: person.email }])
  expect(await invoke(getAgent, ctx, { agent_id: 'a1' })).toMatchObject({ agent: { paused: true } })
  expect(answers()).toEqual([`Acknowledged by ${person.email}.`, 'Agent a1 is paused.'])
})

test('a code links once, within ten minutes, and only when it is sent in the chat', async () => {
  const person = await testPerson(server.runtime, org.orgId, 'approver')
  const code = async () => (await invoke(createLink, await person.context(), {})).message
  const links = () =>
    server.runtime.db.selectFrom('telegram_link').selectAll().where('org_id', '=', org.orgId).execute()
  bot.say(5, await code(), -77)
  await poll()
  expect(await links()).toEqual([])
  const old = await code()
  server.advance(601_000)
  bot.say(5, old)
  await poll()
  expect(await links()).toEqual([])
  const good = await code()
  bot.say(5, good)
  bot.say(6, good)
  await poll()
  expect(await links()).toMatchObject([{ telegram_user_id: 5, account_id: person.accountId }])
})
