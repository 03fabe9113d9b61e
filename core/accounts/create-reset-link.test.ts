import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { createResetLink } from './create-reset-link.op.ts'
import { resetPassword } from './set-up.ts'
import { signIn } from './sign-in.ts'
import { withTotp } from './test-totp.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const from = { address: '192.0.2.2', userAgent: null }

test('201 makes a link that sets a new password once and ends every session; a later link replaces it', async () => {
  const { orgId } = await testOrg(server.runtime)
  const operator = await (await testPerson(server.runtime, orgId, 'owner', { operator: true })).context()
  const person = await testPerson(server.runtime, orgId, 'member')
  await person.context()
  const first = await invoke(createResetLink, operator, { email: person.email })
  const second = await invoke(createResetLink, operator, { email: person.email.toUpperCase() })
  const password = 'fresh and long enough'
  await expect(resetPassword(server.runtime, { token: first.token, password })).rejects.toMatchObject({ status: 404 })
  // A password that is refused does not use the link up.
  await expect(resetPassword(server.runtime, { token: second.token, password: 'short' })).rejects.toMatchObject({
    code: 'invalid_input',
  })
  const uses = Array.from({ length: 6 }, () => resetPassword(server.runtime, { token: second.token, password }))
  const done = (await Promise.allSettled(uses)).filter(({ status }) => status === 'fulfilled')
  expect(done).toHaveLength(1)
  await expect(person.context()).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(signIn(server.runtime, { ...from, email: person.email, password })).resolves.toBeDefined()
})

test('201 lets somebody back in who lost phone and codes, when the operator says so and not otherwise', async () => {
  const { orgId } = await testOrg(server.runtime)
  const operator = await (await testPerson(server.runtime, orgId, 'owner', { operator: true })).context()
  const person = await testPerson(server.runtime, orgId, 'approver')
  await withTotp(await person.context())
  const password = 'fresh and long enough'
  const kept = await invoke(createResetLink, operator, { email: person.email })
  await resetPassword(server.runtime, { token: kept.token, password })
  const asked = { ...from, email: person.email, password }
  await expect(signIn(server.runtime, asked)).rejects.toMatchObject({ code: 'second_factor_required' })
  const made = await invoke(createResetLink, operator, { email: person.email, remove_second_factor: true })
  await resetPassword(server.runtime, { token: made.token, password })
  const { row } = await signIn(server.runtime, asked)
  expect(row.second_factor_at).toBeNull()
})

test('403 for an owner who does not run the instance; 404 for an unknown address', async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await (await testPerson(server.runtime, orgId, 'owner')).context()
  await expect(invoke(createResetLink, owner, { email: 'a@example.com' })).rejects.toMatchObject({ status: 403 })
  const operator = await (await testPerson(server.runtime, orgId, 'owner', { operator: true })).context()
  await expect(invoke(createResetLink, operator, { email: 'nobody@example.com' })).rejects.toMatchObject({
    status: 404,
  })
})
