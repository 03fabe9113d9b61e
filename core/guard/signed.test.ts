import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { harmless } from '#core/actions/test-actions'
import { create as register } from '#core/identities/create.op'
import { remove as revoke } from '#core/identities/remove.op'
import { agentKeys } from '#core/identities/test-keys'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { signBody } from './test-sign.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function orgUnder(settings: object = {}): Promise<{ admin: Context; member: Context }> {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  if (Object.keys(settings).length > 0) await invoke(update, admin, { settings })
  return { admin, member: await org.as('member') }
}

const body = (more: object = {}) => ({
  ...harmless,
  reversible: false,
  nested: { b: 1, a: [2, { d: null, c: 'é' }] },
  ...more,
})

test.each(['rsa', 'ed25519', 'p256'] as const)('by %s: verified', async (kind) => {
  const { admin, member } = await orgUnder({ require_verified_identity: 'block', signed_actions: 'required' })
  const { publicKey, privateKey } = agentKeys(kind)
  await invoke(register, admin, { agent_id: 'a1', public_key: publicKey })
  const { action, decision } = await invoke(create, member, signBody(body(), privateKey))
  expect(action).toMatchObject({ verified: true, verification_status: 'verified', signature: expect.any(String) })
  expect(decision).toMatchObject({ verified_by: 'signature', replay_status: 'not_applicable' })
})

test('a wrong one is never verified; what it becomes the org says', async () => {
  const { admin, member } = await orgUnder()
  const { publicKey, privateKey } = agentKeys()
  const sent = signBody(body(), privateKey)
  // Without a key nothing can be said of it.
  expect((await invoke(create, member, sent)).action).toMatchObject({
    verified: false,
    verification_status: 'unverified',
  })
  await invoke(register, admin, { agent_id: 'a1', public_key: publicKey })
  const wrong = [
    { ...sent, declared_goal: 'another' },
    { ...sent, extra: 1 },
    { ...sent, agent_id: 'a1:worker' },
    { ...body({ declared_goal: 'third' }), _signature: 'AAAA' },
    signBody(body({ declared_goal: 'fourth' }), agentKeys().privateKey),
  ]
  for (const one of wrong) {
    expect((await invoke(create, member, one)).action).toMatchObject({
      verified: false,
      verification_status: 'failed',
    })
  }
  await invoke(update, admin, { settings: { require_verified_identity: 'block' } })
  const bad = { ...sent, declared_goal: 'fifth' }
  await expect(invoke(create, member, bad)).rejects.toMatchObject({ code: 'blocked' })
})

test('required: 401 without one, with a wrong one, and without a key', async () => {
  const { admin, member } = await orgUnder({ signed_actions: 'required' })
  const { publicKey, privateKey } = agentKeys()
  const sent = signBody(body(), privateKey)
  await expect(invoke(create, member, body())).rejects.toMatchObject({ code: 'SIGNATURE_REQUIRED', status: 401 })
  await expect(invoke(create, member, sent)).rejects.toMatchObject({ code: 'INVALID_AGENT_SIGNATURE', status: 401 })
  await invoke(register, admin, { agent_id: 'a1', public_key: publicKey })
  const changed = { ...sent, risk_score: 1 }
  await expect(invoke(create, member, changed)).rejects.toMatchObject({ code: 'INVALID_AGENT_SIGNATURE' })
  expect((await invoke(create, member, sent)).action).toMatchObject({ verified: true })
  await invoke(revoke, admin, { agent_id: 'a1' })
  const next = signBody(body({ declared_goal: 'next' }), privateKey)
  await expect(invoke(create, member, next)).rejects.toMatchObject({ code: 'INVALID_AGENT_SIGNATURE' })
})

test('a sub-agent is known by its parent’s key until it has its own; another org’s key is nobody’s', async () => {
  const { admin, member } = await orgUnder()
  const [parent, child] = [agentKeys(), agentKeys()]
  await invoke(register, admin, { agent_id: 'a1', public_key: parent.publicKey })
  const sent = (key: string, goal: string) => signBody(body({ agent_id: 'a1:explore', declared_goal: goal }), key)
  expect((await invoke(create, member, sent(parent.privateKey, '1'))).action.verified).toBe(true)
  await invoke(register, admin, { agent_id: 'a1:explore', public_key: child.publicKey })
  expect((await invoke(create, member, sent(parent.privateKey, '2'))).action.verified).toBe(false)
  expect((await invoke(create, member, sent(child.privateKey, '3'))).action.verified).toBe(true)
  const stranger = await (await testOrg(server.runtime)).as('member')
  const action = await invoke(create, stranger, sent(child.privateKey, '4'))
  expect(action.action).toMatchObject({ verified: false, verification_status: 'unverified' })
})

test('a key that is revoked while actions are made verifies none that is recorded after', async () => {
  const { admin, member } = await orgUnder({ signed_actions: 'required' })
  const { publicKey, privateKey } = agentKeys()
  await invoke(register, admin, { agent_id: 'a1', public_key: publicKey })
  const calls = Array.from({ length: 30 }, (_, n) =>
    invoke(create, member, signBody(body({ declared_goal: `act ${n}` }), privateKey)),
  )
  const revoking = invoke(revoke, admin, { agent_id: 'a1' })
  const made = (await Promise.allSettled(calls)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  await revoking
  const entries = admin.db
    .selectFrom('ledger_entry')
    .select(['seq', 'ref', 'body'])
    .where('org_id', '=', member.actor.orgId)
  const rows = await entries.execute()
  const revoked = Number(rows.find(({ body: text }) => text.includes('identity.revoked'))?.seq)
  for (const { action_id } of made) {
    expect(Number(rows.find(({ ref }) => ref === action_id)?.seq)).toBeLessThan(revoked)
  }
})
