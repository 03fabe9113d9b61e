import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { acceptInvitation, showInvitation } from './accept.ts'
import { invite } from './invite.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const given = { name: 'Bo', password: 'a password of Bo', address: '192.0.2.9' }

test('201 makes a link that lets one person in, of ten who try at once', async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await (await testPerson(server.runtime, orgId, 'owner')).context()
  const { invitation, token, path } = await invoke(invite, owner, { role: 'approver' })
  expect(path).toBe(`/invitation?token=${token}`)
  expect(invitation).toMatchObject({ role: 'approver', email: null, accepted_at: null })
  expect(await showInvitation(server.runtime, token)).toMatchObject({ role: 'approver', has_account: false })
  const tries = Array.from({ length: 10 }, (_, n) =>
    acceptInvitation(server.runtime, { ...given, token, email: `bo-${n}-${orgId}@example.com` }),
  )
  const joined = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled')
  expect(joined).toHaveLength(1)
  await expect(showInvitation(server.runtime, token)).rejects.toMatchObject({ code: 'not_found' })
  const members = await server.runtime.db.selectFrom('membership').selectAll().where('org_id', '=', orgId).execute()
  expect(members.map(({ role }) => role).toSorted()).toEqual(['approver', 'owner'])
})

test('only the address it was made for may accept, and a refusal does not use it up', async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await (await testPerson(server.runtime, orgId, 'owner')).context()
  const email = `for-${orgId}@example.com`
  const { token } = await invoke(invite, owner, { email })
  await expect(
    acceptInvitation(server.runtime, { ...given, token, email: `else-${orgId}@example.com` }),
  ).rejects.toMatchObject({ code: 'forbidden' })
  await expect(
    acceptInvitation(server.runtime, { ...given, token, email: email.toUpperCase() }),
  ).resolves.toMatchObject({
    orgId,
  })
})

test('somebody with an account joins another org with it; belonging twice is a 409', async () => {
  const first = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, first.orgId, 'member')
  const { orgId } = await testOrg(server.runtime)
  const owner = await (await testPerson(server.runtime, orgId, 'owner')).context()
  const { token } = await invoke(invite, owner, { email: person.email })
  expect(await showInvitation(server.runtime, token)).toMatchObject({ has_account: true })
  const by = { address: given.address, accountId: person.accountId }
  await expect(acceptInvitation(server.runtime, { ...by, token })).resolves.toMatchObject({ orgId })
  const again = await invoke(invite, owner, {})
  await expect(acceptInvitation(server.runtime, { ...by, token: again.token })).rejects.toMatchObject({
    code: 'conflict',
  })
  // Nobody takes over an account by an invitation.
  await expect(
    acceptInvitation(server.runtime, { ...given, token: again.token, email: person.email }),
  ).rejects.toMatchObject({ code: 'conflict' })
})

test('404 once it has run out', async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await (await testPerson(server.runtime, orgId, 'owner')).context()
  const { token } = await invoke(invite, owner, { expires_hours: 1 })
  server.advance(3_601_000)
  await expect(showInvitation(server.runtime, token)).rejects.toMatchObject({ code: 'not_found' })
  await expect(
    acceptInvitation(server.runtime, { ...given, token, email: `late-${orgId}@example.com` }),
  ).rejects.toMatchObject({ code: 'not_found' })
})

test('403 for an admin who invites an owner', async () => {
  const { orgId } = await testOrg(server.runtime)
  const admin = await (await testPerson(server.runtime, orgId, 'admin')).context()
  await expect(invoke(invite, admin, { role: 'owner' })).rejects.toMatchObject({ code: 'forbidden' })
})
