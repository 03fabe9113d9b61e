import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { invite } from './invite.op.ts'
import { listInvitations } from './list-invitations.op.ts'
import { revokeInvitation } from './revoke-invitation.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 newest first without links; open ones alone when asked', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'owner')).context()
  const one = await invoke(invite, ctx, { role: 'member' })
  const two = await invoke(invite, ctx, { role: 'readonly' })
  const page = await invoke(listInvitations, ctx, {})
  expect(page.invitations.map(({ id }) => id)).toEqual([two.invitation.id, one.invitation.id])
  expect(JSON.stringify(page)).not.toContain(one.token)
  await invoke(revokeInvitation, ctx, { id: two.invitation.id })
  const open = await invoke(listInvitations, ctx, { open: true })
  expect(open.invitations.map(({ id }) => id)).toEqual([one.invitation.id])
  const other = await (await testPerson(server.runtime, (await testOrg(server.runtime)).orgId, 'owner')).context()
  expect((await invoke(listInvitations, other, {})).invitations).toEqual([])
})
