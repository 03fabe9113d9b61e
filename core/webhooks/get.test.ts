import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { get } from './get.op.ts'
import { hooked, outside } from './test-receiver.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('200 shows it without its secret; 404 across orgs', async () => {
  const ctx = await admin()
  const { webhook, secret } = await hooked(ctx, 'https://example.com')
  const shown = await invoke(get, ctx, { webhook_id: webhook.webhook_id })
  expect(shown.webhook).toEqual(webhook)
  expect(JSON.stringify(shown)).not.toContain(secret)
  const sent = { webhook_id: webhook.webhook_id }
  await expect(invoke(get, await admin(), sent)).rejects.toMatchObject({ code: 'not_found' })
})
