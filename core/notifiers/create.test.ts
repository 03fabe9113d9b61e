import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { CHAT, TOKEN } from './test-bot.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())

const telegram = { bot_token: TOKEN, chat_id: CHAT }
const slack = { url: 'https://hooks.slack.com/services/T0/B0/secret-part' }
const email = {
  host: 'smtp.example.com',
  user: 'me',
  password: 'hunter2-hunter2',
  sender: 'w@example.com',
  to: ['o@example.com'],
}

test('201 each kind; what is secret is shown once or never, and is encrypted where it lies', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const hook = await invoke(create, ctx, { name: 'hook', webhook: { url: 'https://example.com/in?key=secret-part' } })
  expect(hook.signing_secret).toMatch(/^whsec_/)
  const bot = await invoke(create, ctx, { name: 'bot', telegram: { ...telegram, answers: 'webhook' } })
  expect(bot.telegram_webhook?.secret_token).toMatch(/^[\w-]{43}$/)
  await invoke(create, ctx, { name: 'slack', slack })
  await invoke(create, ctx, { name: 'mail', email })
  const shown = (await invoke(list, ctx, {})).notifiers
  expect(Object.fromEntries(shown.map(({ kind, target }) => [kind, target]))).toEqual({
    email: 'o@example.com by smtp.example.com',
    slack: 'hooks.slack.com',
    telegram: `chat ${CHAT}`,
    webhook: 'example.com',
  })
  const stored = await ctx.db.selectFrom('notifier').selectAll().where('org_id', '=', ctx.actor.orgId).execute()
  const ledger = await ctx.db.selectFrom('ledger_entry').select('body').where('org_id', '=', ctx.actor.orgId).execute()
  const text = JSON.stringify([shown, stored, ledger])
  const tokens = [hook.signing_secret ?? '?', bot.telegram_webhook?.secret_token ?? '?']
  for (const secret of [TOKEN, 'secret-part', 'hunter2', ...tokens]) expect(text).not.toContain(secret)
})

test('the same key and body is the same notifier, also of twenty at once; another body is 409', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const body = { name: 'one', telegram, idempotency_key: 'k1' }
  const made = await Promise.all(Array.from({ length: 20 }, () => invoke(create, ctx, body)))
  expect(new Set(made.map(({ notifier }) => notifier.notifier_id)).size).toBe(1)
  expect(made.filter((one) => one.idempotent_replay === undefined)).toHaveLength(1)
  await expect(invoke(create, ctx, { ...body, name: 'two' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
})

test.each<[string, object, string]>([
  ['no destination', {}, 'name one of them'],
  ['two of them', { slack, telegram }, 'telegram, slack'],
  ['no token', { telegram: { ...telegram, bot_token: 'token' } }, 'bot_token'],
  ['no chat', { telegram: { ...telegram, chat_id: '@ops' } }, 'chat_id'],
  ['http', { webhook: { url: 'http://example.com/' } }, 'webhook.url: must be https'],
  ['a private address', { webhook: { url: 'https://10.0.0.1/' } }, 'webhook.url: is a private address'],
  [
    'a private address in disguise',
    { slack: { url: 'https://[::ffff:a9fe:a9fe]/' } },
    'slack.url: is a private address',
  ],
  ['this machine', { webhook: { url: 'https://localhost:8443/' } }, 'webhook.url: is a private address'],
  ['a password in the address', { webhook: { url: 'https://me:you@example.com/' } }, 'webhook.url: must not hold'],
  ['mail inside', { email: { ...email, host: '192.168.1.1' } }, 'email.host: is a private address'],
  ['mail in the open', { email: { ...email, security: 'none' } }, 'email.security'],
  ['a user without a password', { email: { ...email, password: undefined } }, 'email.password'],
  ['no subjects', { telegram, subjects: [] }, 'subjects'],
  ['a field that there is not', { telegram: { ...telegram, parse_mode: 'HTML' } }, 'telegram'],
])('400 for %s, and nothing is kept', async (_, given, problem) => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const refused = await invoke(create, ctx, { name: 'x', ...given }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'invalid_input' })
  expect(JSON.stringify((refused as { details: unknown }).details)).toContain(problem)
  expect((await invoke(list, ctx, {})).notifiers).toEqual([])
})
