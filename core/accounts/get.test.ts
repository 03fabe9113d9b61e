import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 tells a person about themselves, and nothing that could be used', async () => {
  const { orgId } = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'readonly')
  const { account } = await invoke(get, await person.context(), {})
  expect(account).toMatchObject({
    id: person.accountId,
    email: person.email,
    has_password: false,
    second_factor: { enabled: false, recovery_codes_left: 0 },
  })
  expect(Object.keys(account)).not.toContain('password_hash')
})

test('403 for keys, whatever their role, and for who is a person without a session', async () => {
  const org = await testOrg(server.runtime)
  await expect(invoke(get, await org.as('admin'), {})).rejects.toMatchObject({ code: 'forbidden' })
  const forged = { ...(await org.as('admin')).actor, scopes: new Set(['account:read'] as const) }
  await expect(invoke(get, server.runtime.context(forged), {})).rejects.toMatchObject({ code: 'forbidden' })
})
