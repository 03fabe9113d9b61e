import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentKeys } from '#core/identities/test-keys'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 as it stands, expired after 15 minutes', async () => {
  const member = await (await testOrg(server.runtime)).as('member')
  const { pairing } = await invoke(create, member, { agent_id: 'a1', public_key: agentKeys().publicKey })
  expect(await invoke(get, member, { id: pairing.id })).toEqual({ pairing })
  server.advance(15 * 60_000)
  expect(await invoke(get, member, { id: pairing.id })).toMatchObject({ pairing: { status: 'expired' } })
})

test('404 across orgs and for a key bound to another agent', async () => {
  const org = await testOrg(server.runtime)
  const { pairing } = await invoke(create, await org.as('member'), {
    agent_id: 'a1',
    public_key: agentKeys().publicKey,
  })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  const bound = await org.as('member', { agentId: 'a2' })
  for (const ctx of [stranger, bound]) {
    await expect(invoke(get, ctx, { id: pairing.id })).rejects.toMatchObject({ code: 'not_found' })
  }
})
