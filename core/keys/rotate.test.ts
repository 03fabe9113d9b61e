import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { reasonsOf } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { keyCache } from './authenticate.ts'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { revoke } from './revoke.op.ts'
import { rotate } from './rotate.op.ts'
import { insertKey } from './store.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 with a new key of the same rights; the old one works until the overlap is over', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const old = await invoke(create, admin, { name: 'ci', agent_id: 'a1', scopes: ['guard:evaluate'], prefix: 'acme_' })
  const made = await invoke(rotate, admin, { id: old.key.id, overlap_minutes: 10 })
  expect(made.key).toMatchObject({
    name: 'ci',
    role: 'member',
    agent_id: 'a1',
    scopes: ['guard:evaluate'],
    expires_at: null,
  })
  expect(made.secret).toMatch(/^acme_/)
  expect(made.replaced.id).toBe(old.key.id)
  const cache = server.runtime.use(keyCache)
  for (const secret of [old.secret, made.secret]) await expect(cache.actorOf(secret)).resolves.toBeDefined()
  server.advance(11 * 60_000)
  await expect(cache.actorOf(old.secret)).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(cache.actorOf(made.secret)).resolves.toMatchObject({ agentId: 'a1' })
})

test('an overlap of zero ends the old key at once; an earlier end stays', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const first = await invoke(create, admin, { name: 'x' })
  await invoke(rotate, admin, { id: first.key.id, overlap_minutes: 0 })
  await expect(server.runtime.use(keyCache).actorOf(first.secret)).rejects.toMatchObject({ code: 'unauthenticated' })
  const expires_at = new Date(server.runtime.now().getTime() + 60_000).toISOString()
  const second = await invoke(create, admin, { name: 'y', expires_at })
  expect((await invoke(rotate, admin, { id: second.key.id })).replaced.expires_at).toBe(expires_at)
})

test('of ten parallel rotations one makes a key', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const { key } = await invoke(create, admin, { name: 'x' })
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(rotate, admin, { id: key.id })))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  for (const reason of reasonsOf(results)) expect(reason).toMatchObject({ code: 'conflict' })
  expect((await invoke(list, admin, {})).keys.filter((one) => one.name === 'x')).toHaveLength(2)
})

test('409 for a revoked key; 404 across orgs; 403 for a member', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const { key } = await invoke(create, admin, { name: 'x' })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(rotate, stranger, { id: key.id })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(rotate, await org.as('member'), { id: key.id })).rejects.toMatchObject({ code: 'forbidden' })
  await invoke(revoke, admin, { id: key.id })
  await expect(invoke(rotate, admin, { id: key.id })).rejects.toMatchObject({ code: 'conflict' })
})

test('403 for a key with scopes that the rotating key does not have: it would be handed their secret', async () => {
  const org = await testOrg(server.runtime)
  const full = await org.as('admin')
  const narrow = await org.as('admin', { scopes: ['keys:write'] })
  const rotated = invoke(rotate, narrow, { id: full.actor.principalId })
  await expect(rotated).rejects.toMatchObject({ code: 'forbidden' })
  await expect(invoke(rotate, narrow, { id: narrow.actor.principalId })).resolves.toBeDefined()
})

test("403 for the operator's key to everybody but the operator", async () => {
  const org = await testOrg(server.runtime)
  const { row, secret } = await server.runtime.db.transaction().execute((trx) =>
    insertKey(trx, { orgId: org.orgId, principalId: 'test' }, server.runtime.now(), {
      name: 'operator',
      role: 'admin',
      operator: true,
    }),
  )
  const admin = await org.as('admin')
  for (const op of [rotate, revoke]) {
    await expect(invoke<z.ZodObject, z.ZodType>(op, admin, { id: row.id })).rejects.toMatchObject({ code: 'forbidden' })
  }
  const operator = server.runtime.context(await server.runtime.use(keyCache).actorOf(secret))
  const made = await invoke(rotate, operator, { id: row.id })
  const rotated = await server.runtime.use(keyCache).actorOf(made.secret)
  expect(rotated.scopes.has('orgs:write')).toBe(true)
  await expect(invoke(revoke, operator, { id: row.id })).resolves.toMatchObject({ key: { id: row.id } })
})

test('the new key ends when the old one would have; 409 when that is past', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const expires_at = new Date(server.runtime.now().getTime() + 3_600_000).toISOString()
  const { key } = await invoke(create, admin, { name: 'short', expires_at })
  const made = await invoke(rotate, admin, { id: key.id })
  expect(made.key.expires_at).toBe(expires_at)
  server.advance(3_600_001)
  await expect(invoke(rotate, admin, { id: made.key.id })).rejects.toMatchObject({ code: 'conflict' })
})

test('a key and all that it was rotated to are one principal', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const first = await invoke(create, admin, { name: 'x' })
  const second = await invoke(rotate, admin, { id: first.key.id })
  const third = await invoke(rotate, admin, { id: second.key.id })
  const cache = server.runtime.use(keyCache)
  expect(await cache.actorOf(third.secret)).toMatchObject({ principalId: third.key.id, lineage: first.key.id })
  expect(await cache.actorOf(first.secret)).toMatchObject({ lineage: first.key.id })
})
