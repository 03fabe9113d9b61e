import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { acceptInvitation } from './accept.ts'
import { invite } from './invite.op.ts'
import { revokeInvitation } from './revoke-invitation.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 makes the link stop working; the second time is no change; 404 across orgs', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'owner')).context()
  const { invitation, token } = await invoke(invite, ctx, {})
  const other = await (await testPerson(server.runtime, (await testOrg(server.runtime)).orgId, 'owner')).context()
  await expect(invoke(revokeInvitation, other, { id: invitation.id })).rejects.toMatchObject({ code: 'not_found' })
  const revoked = await invoke(revokeInvitation, ctx, { id: invitation.id })
  expect(revoked.invitation.revoked_at).not.toBeNull()
  expect(await invoke(revokeInvitation, ctx, { id: invitation.id })).toEqual(revoked)
  const person = { name: 'Cy', password: 'a password of Cy', email: `cy-${orgId}@example.com`, address: '192.0.2.4' }
  await expect(acceptInvitation(server.runtime, { ...person, token })).rejects.toMatchObject({ code: 'not_found' })
})

test('of taking back and accepting at once, one happens', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'owner')).context()
  for (let round = 0; round < 5; round += 1) {
    const { invitation, token } = await invoke(invite, ctx, {})
    const email = `d${round}-${orgId}@example.com`
    const person = { name: 'Di', password: 'a password of Di', email, address: '192.0.2.5' }
    const [took, joined] = await Promise.allSettled([
      invoke(revokeInvitation, ctx, { id: invitation.id }),
      acceptInvitation(server.runtime, { ...person, token }),
    ])
    expect([took.status, joined.status].filter((status) => status === 'fulfilled')).toHaveLength(1)
  }
})
