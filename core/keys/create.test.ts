import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { keyCache } from './authenticate.ts'
import { create } from './create.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 shows the secret once; it authenticates with the role, scopes and agent asked for', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const sent = {
    name: 'ci',
    role: 'member',
    agent_id: 'a1',
    scopes: ['guard:evaluate'],
    prefix: 'acme_',
    rate_limit_per_minute: 5,
  }
  const { key, secret } = await invoke(create, admin, sent)
  expect(key).toMatchObject({
    name: 'ci',
    role: 'member',
    agent_id: 'a1',
    scopes: ['guard:evaluate'],
    rate_limit_per_minute: 5,
    revoked_at: null,
  })
  expect(secret).toMatch(/^acme_[0-9A-Za-z]{32}$/)
  expect(secret.startsWith(key.key_prefix)).toBe(true)
  expect(await server.runtime.use(keyCache).actorOf(secret)).toMatchObject({
    orgId: admin.actor.orgId,
    principalId: key.id,
    agentId: 'a1',
    scopes: new Set(['guard:evaluate']),
    rateLimitPerMinute: 5,
  })
  const row = await admin.db.selectFrom('api_key').selectAll().where('id', '=', key.id).executeTakeFirstOrThrow()
  expect(JSON.stringify(row)).not.toContain(secret)
})

test('401 as soon as the key has run out', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const expires_at = new Date(server.runtime.now().getTime() + 60_000).toISOString()
  const { secret } = await invoke(create, admin, { name: 'short', expires_at })
  await expect(server.runtime.use(keyCache).actorOf(secret)).resolves.toBeDefined()
  server.advance(61_000)
  await expect(server.runtime.use(keyCache).actorOf(secret)).rejects.toMatchObject({ code: 'unauthenticated' })
})

test.each([
  ['scopes beyond the role', { role: 'member', scopes: ['keys:write'] }, 'scopes'],
  ["the operator's scopes", { role: 'admin', scopes: ['orgs:write'] }, 'scopes'],
  ['an agent that could approve', { role: 'approver', agent_id: 'a1' }, 'agent_id'],
  ['an agent that could administer', { role: 'admin', agent_id: 'a1' }, 'agent_id'],
  ['an end in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ['an end beyond what can be stored', { expires_at: '9999-12-31T23:59:59-23:59' }, 'expires_at'],
  ['a prefix of other characters', { prefix: 'A b_' }, 'prefix'],
  ['no scope at all', { scopes: [] }, 'scopes'],
])('400 for %s', async (_, more, where) => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const fault = await invoke(create, admin, { name: 'x', ...more }).catch((error: unknown) => error)
  expect(fault).toMatchObject({ code: 'invalid_input', details: [expect.stringContaining(where) as string] })
})

test('403 for everybody but an admin', async () => {
  const org = await testOrg(server.runtime)
  for (const role of ['approver', 'member', 'readonly'] as const) {
    await expect(invoke(create, await org.as(role), { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
  }
})

test('403 for scopes that the creating key does not have, given or by the role', async () => {
  const org = await testOrg(server.runtime)
  const narrow = await org.as('admin', { scopes: ['keys:write', 'guard:read'] })
  for (const wanted of [{ role: 'admin' }, { role: 'approver', scopes: ['approvals:decide'] }, { role: 'member' }]) {
    await expect(invoke(create, narrow, { name: 'wider', ...wanted })).rejects.toMatchObject({ code: 'forbidden' })
  }
  const same = await invoke(create, narrow, { name: 'same', role: 'admin', scopes: ['keys:write', 'guard:read'] })
  expect(same.key.scopes).toEqual(['keys:write', 'guard:read'])
})
