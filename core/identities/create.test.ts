import { afterAll, beforeAll, expect, test } from 'vitest'
import { placeOf } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { agentKeys } from './test-keys.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 registers a key, again replaces it, and each is an admin act', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const body = {
    agent_id: 'a1',
    agent_name: 'One',
    public_key: agentKeys('rsa').publicKey,
    algorithm: 'RSASSA-PKCS1-v1_5',
  }
  const { identity } = await invoke(create, admin, body)
  expect(identity).toMatchObject({
    agent_id: 'a1',
    agent_name: 'One',
    algorithm: 'RSASSA-PKCS1-v1_5',
    pairing_id: null,
  })
  const second = await invoke(create, admin, { agent_id: 'a1', public_key: agentKeys().publicKey })
  expect(second.identity).toMatchObject({ algorithm: 'Ed25519', agent_name: null })
  expect((await invoke(list, admin, {})).identities).toEqual([second.identity])
  expect(await placeOf(admin, 'identity.registered')).toBeGreaterThan(0)
})

test('ten at once for one agent leave one key, which one of them sent', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const keys = Array.from({ length: 10 }, () => agentKeys().publicKey)
  const made = await Promise.all(keys.map((public_key) => invoke(create, admin, { agent_id: 'a1', public_key })))
  const { identities } = await invoke(list, admin, {})
  expect(identities).toHaveLength(1)
  expect(made.map(({ identity }) => identity.fingerprint)).toContain(identities[0]?.fingerprint)
})

test.each([
  ['a small RSA key', '-----BEGIN PUBLIC KEY-----\nMCQ\n-----END PUBLIC KEY-----'],
  ['a private key', agentKeys().privateKey],
  ['no key', 'ssh-ed25519 AAAA'],
])('400 for %s says what is allowed', async (_, public_key) => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const fault = await invoke(create, admin, { agent_id: 'a1', public_key }).catch((error: unknown) => error)
  expect(fault).toMatchObject({ code: 'invalid_input', details: [expect.stringContaining('2048')] })
  expect(JSON.stringify(fault)).not.toContain(public_key)
})

test('403 for a member and an approver', async () => {
  const org = await testOrg(server.runtime)
  for (const role of ['member', 'approver'] as const) {
    const refused = invoke(create, await org.as(role), { agent_id: 'a1', public_key: agentKeys().publicKey })
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' })
  }
})
