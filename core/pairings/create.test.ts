import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentKeys } from '#core/identities/test-keys'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime({ settings: { public_url: 'https://writ.example/' } })
})
afterAll(() => server.close())

const body = (more: object = {}) => ({ agent_id: 'a1', public_key: agentKeys().publicKey, ...more })

test.each([
  ['rsa', 'RSASSA-PKCS1-v1_5'],
  ['ed25519', 'Ed25519'],
  ['p256', 'ES256'],
] as const)('200 with a key of kind %s: pending for 15 minutes, with a page to approve it', async (kind, algorithm) => {
  const member = await (await testOrg(server.runtime)).as('member')
  const { publicKey } = agentKeys(kind)
  const { pairing, pairing_url } = await invoke(create, member, body({ public_key: publicKey, agentName: 'One' }))
  expect(pairing).toMatchObject({ status: 'pending', agent_id: 'a1', agent_name: 'One', algorithm })
  expect(Date.parse(pairing.expires_at) - Date.parse(pairing.created_at)).toBe(15 * 60_000)
  expect(pairing_url).toBe(`https://writ.example/pair/${pairing.id}`)
})

test('400 for what is no public key; 403 for a readonly key and for one bound to another agent', async () => {
  const org = await testOrg(server.runtime)
  const member = await org.as('member')
  const wrong = invoke(create, member, body({ public_key: agentKeys().privateKey }))
  await expect(wrong).rejects.toMatchObject({ code: 'invalid_input', details: [expect.stringContaining('allowed')] })
  const other = invoke(create, member, body({ algorithm: 'RS256' }))
  await expect(other).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(invoke(create, await org.as('readonly'), body())).rejects.toMatchObject({ code: 'forbidden' })
  const bound = await org.as('member', { agentId: 'a2' })
  await expect(invoke(create, bound, body())).rejects.toMatchObject({ code: 'AGENT_MISMATCH' })
  await invoke(create, bound, body({ agent_id: 'a2' }))
})

test('429 when too many wait already, until they have expired', async () => {
  const member = await (await testOrg(server.runtime)).as('member')
  const same = body()
  for (let n = 0; n < 20; n += 1) {
    await Promise.all(Array.from({ length: 10 }, () => invoke(create, member, same)))
  }
  await expect(invoke(create, member, same)).rejects.toMatchObject({ code: 'rate_limited' })
  server.advance(16 * 60_000)
  await invoke(create, member, same)
})
