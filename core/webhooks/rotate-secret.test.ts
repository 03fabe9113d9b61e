import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { rotateSecret } from './rotate-secret.op.ts'
import { hooked, outside } from './test-receiver.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('200 with another secret and the end of the overlap; without one the former secret is forgotten', async () => {
  const ctx = await admin()
  const { webhook, secret } = await hooked(ctx, 'https://example.com')
  const { webhook_id } = webhook
  const one = await invoke(rotateSecret, ctx, { webhook_id })
  expect(one.secret).not.toBe(secret)
  expect(Date.parse(one.webhook.previous_secret_until ?? '')).toBeGreaterThan(Date.now() + 23 * 3_600_000)
  const two = await invoke(rotateSecret, ctx, { webhook_id, overlap_minutes: 0 })
  expect(two.webhook.previous_secret_until).toBeNull()
  const rows = ctx.db.selectFrom('webhook_endpoint').select('previous_secret_encrypted')
  expect(await rows.where('webhook_id', '=', webhook_id).execute()).toEqual([{ previous_secret_encrypted: null }])
})

test('400 for an overlap of more than a week, 404 across orgs', async () => {
  const ctx = await admin()
  const { webhook_id } = (await hooked(ctx, 'https://example.com')).webhook
  const long = { webhook_id, overlap_minutes: 10_081 }
  await expect(invoke(rotateSecret, ctx, long)).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(invoke(rotateSecret, await admin(), { webhook_id })).rejects.toMatchObject({ code: 'not_found' })
})
