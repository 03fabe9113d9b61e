import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { operatorScopes } from '#core/kernel/scope'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { rotateKey } from './rotate-key.op.ts'
import { ROTATE_AFTER_DAYS, rotateDueSigningKey, signingKeys } from './signing-keys.ts'
import { actsOn } from './test-grants.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 a new key signs, the old one stays for a day, and parallel calls leave one that signs', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin', { scopes: operatorScopes })
  const [first] = await signingKeys(server.runtime)
  const { kid } = await invoke(rotateKey, ctx, {})
  expect((await signingKeys(server.runtime)).map((key) => key.kid)).toEqual([kid, first?.kid])
  expect(await actsOn(ctx, kid)).toEqual(['oauth.key_rotated'])
  await Promise.all(Array.from({ length: 4 }, () => invoke(rotateKey, ctx, {})))
  const query = server.runtime.db.selectFrom('oauth_signing_key').selectAll().where('retired_at', 'is', null)
  expect(await query.execute()).toHaveLength(1)
})

test('on schedule: nothing before its time, then once', async () => {
  const [before] = await signingKeys(server.runtime)
  await rotateDueSigningKey(server.runtime)
  expect((await signingKeys(server.runtime))[0]?.kid).toBe(before?.kid)
  server.advance(ROTATE_AFTER_DAYS * 86_400_000 + 1000)
  await Promise.all(Array.from({ length: 4 }, () => rotateDueSigningKey(server.runtime)))
  const keys = await signingKeys(server.runtime)
  expect(keys[0]?.kid).not.toBe(before?.kid)
  expect(keys[1]?.kid).toBe(before?.kid)
  server.advance(2 * 86_400_000)
  await rotateDueSigningKey(server.runtime)
  expect((await signingKeys(server.runtime)).map((key) => key.kid)).toEqual([keys[0]?.kid])
})

test('403 for an admin of one org', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(rotateKey, ctx, {})).rejects.toMatchObject({ code: 'forbidden' })
})
