import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { scopesOf, type Role } from '#core/kernel/scope'
import { getWebhookSecret } from './get-webhook-secret.op.ts'
import { sealSecret } from '#core/secrets/index'
import { TestBench } from './test-bench.ts'

let bench: TestBench
beforeAll(async () => {
  bench = await TestBench.open()
})
afterAll(() => bench.close())

function read(orgId: string, role: Role = 'admin') {
  const actor: Actor = {
    orgId,
    principalId: 'k',
    principalName: 'k',
    kind: 'key',
    role,
    scopes: new Set(scopesOf(role)),
    agentId: null,
  }
  return invoke(getWebhookSecret, bench.runtime.context(actor), {})
}

test('200 the secret is made on first use and stays the same, one per org', async () => {
  const { secret } = await read('org_a')
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(await read('org_a')).toEqual({ secret })
  expect((await read('org_b')).secret).not.toBe(secret)
})

test('403 without the scope settings:write', async () => {
  await expect(read('org_a', 'member')).rejects.toMatchObject({ code: 'forbidden' })
})

test('the stored secret is not readable, and a row copied to another org does not open', async () => {
  const { secret } = await read('org_a')
  const { secret_encrypted: box } = await bench.runtime.db
    .selectFrom('webhook_secret')
    .selectAll()
    .where('org_id', '=', 'org_a')
    .executeTakeFirstOrThrow()
  expect(box.includes(Buffer.from(secret.slice(6), 'base64'))).toBe(false)
  const row = { org_id: 'org_thief', secret_encrypted: box, created_at: bench.now }
  await bench.runtime.db.insertInto('webhook_secret').values(row).execute()
  await expect(read('org_thief')).rejects.toMatchObject({ code: 'unprocessable' })
})

test('another secret key of the instance does not open it', async () => {
  const foreign = sealSecret(Buffer.alloc(32, 1), Buffer.alloc(32, 2), 'webhook-secret/org_c')
  const row = { org_id: 'org_c', secret_encrypted: foreign, created_at: bench.now }
  await bench.runtime.db.insertInto('webhook_secret').values(row).execute()
  await expect(read('org_c')).rejects.toMatchObject({ code: 'unprocessable' })
})
