import { afterAll, beforeAll, expect, test } from 'vitest'
import { placeOf, reasonsOf, settledAs } from '#core/actions/test-actions'
import { list as listIdentities } from '#core/identities/list.op'
import { agentKeys } from '#core/identities/test-keys'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { approve } from './approve.op.ts'
import { create } from './create.op.ts'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const pair = async (ctx: Context) =>
  (await invoke(create, ctx, { agent_id: 'a1', agent_name: 'One', public_key: agentKeys().publicKey })).pairing

test('200 answers identity and pairing; of ten at once one wins and the rest is 409', async () => {
  const org = await testOrg(server.runtime)
  const [admin, member] = [await org.as('admin'), await org.as('member')]
  const pairing = await pair(member)
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(approve, admin, { id: pairing.id })))
  expect(settledAs(results, 'fulfilled')).toBe(1)
  expect(new Set(reasonsOf(results).map((one) => (one as { code: string }).code))).toEqual(new Set(['conflict']))
  const won = results.find((result) => result.status === 'fulfilled')?.value
  const { fingerprint, algorithm } = pairing
  expect(won).toMatchObject({
    identity: { agent_id: 'a1', agent_name: 'One', algorithm, fingerprint, pairing_id: pairing.id },
    pairing: { id: pairing.id, status: 'approved', approved_by: admin.actor.principalId },
  })
  expect((await invoke(get, member, { id: pairing.id })).pairing).toEqual(won?.pairing)
  expect((await invoke(listIdentities, admin, {})).identities).toEqual([won?.identity])
  expect(await placeOf(admin, 'pairing.approved')).toBeGreaterThan(0)
})

test('410 when it has expired, 404 across orgs, 403 for a member and an approver', async () => {
  const org = await testOrg(server.runtime)
  const [admin, member] = [await org.as('admin'), await org.as('member')]
  const pairing = await pair(member)
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(approve, stranger, { id: pairing.id })).rejects.toMatchObject({ code: 'not_found' })
  for (const ctx of [member, await org.as('approver')]) {
    await expect(invoke(approve, ctx, { id: pairing.id })).rejects.toMatchObject({ code: 'forbidden' })
  }
  server.advance(15 * 60_000)
  await expect(invoke(approve, admin, { id: pairing.id })).rejects.toMatchObject({ code: 'gone', status: 410 })
  expect((await invoke(listIdentities, admin, {})).identities).toEqual([])
})
