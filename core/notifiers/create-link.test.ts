import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { createLink } from './create-link.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())

test('201 a code for the person, the newest alone; a key gets none, and neither does who may not approve', async () => {
  const org = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, org.orgId, 'approver')
  const ctx = await person.context()
  const codes = [(await invoke(createLink, ctx, {})).message, (await invoke(createLink, ctx, {})).message]
  expect(codes[1]).toMatch(/^\/link [\w-]{20}$/)
  const stored = await ctx.db.selectFrom('telegram_link_code').selectAll().where('org_id', '=', org.orgId).execute()
  expect(stored).toMatchObject([{ account_id: person.accountId }])
  expect(JSON.stringify(stored)).not.toContain(codes[1]?.slice(6))
  await expect(invoke(createLink, await org.as('admin'), {})).rejects.toMatchObject({
    code: 'APPROVER_IDENTITY_REQUIRED',
  })
  const reader = await (await testPerson(server.runtime, org.orgId, 'readonly')).context()
  await expect(invoke(createLink, reader, {})).rejects.toMatchObject({ code: 'forbidden' })
})
