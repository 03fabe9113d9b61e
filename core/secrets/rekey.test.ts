import { afterEach, beforeEach, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '#core/testing/database'
import { openSecret, sealSecret } from './box.rules.ts'
import { encryptedColumns, type EncryptedColumn } from './columns.ts'
import { rekeySecrets } from './rekey.ts'

const [from, to] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const at = new Date('2026-01-01T00:00:00Z')
const secret = Buffer.from('what nobody may read')
const seal = (column: EncryptedColumn, ...key: string[]): Buffer => sealSecret(secret, from, column.boundTo(...key))
const { ledgerKey, webhookSecret, orgSecret, accountTotp, oauthSigningKey } = encryptedColumns
const { webhookEndpoint, webhookEndpointPrevious } = encryptedColumns

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
  const { db } = database.handle
  const org = { org_id: 'org_a', name: 'A', created_at: at, halted_at: null, halted_by: null, halt_reason: null }
  await db.insertInto('organization').values(org).execute()
  await db
    .insertInto('ledger_key')
    .values({
      org_id: 'org_a',
      kid: 'kid_1',
      algorithm: 'Ed25519',
      origin: 'o',
      public_key: Buffer.alloc(32),
      private_key_encrypted: seal(ledgerKey, 'org_a', 'kid_1'),
      created_at: at,
      retired_at: null,
    })
    .execute()
  const orgs = Array.from({ length: 1203 }, (_, index) => `org_${index}`)
  const webhooks = orgs.map((org_id) => ({ org_id, secret_encrypted: seal(webhookSecret, org_id), created_at: at }))
  await db.insertInto('webhook_secret').values(webhooks).execute()
  const hook = { org_id: 'org_a', webhook_id: 'whk_1', url: 'https://example.com/', events: ['*'], created_by: 'x' }
  await db
    .insertInto('webhook_endpoint')
    .values({
      ...hook,
      format: 'writ',
      state: 'active',
      secret_encrypted: seal(webhookEndpoint, 'org_a', 'whk_1'),
      previous_secret_encrypted: seal(webhookEndpointPrevious, 'org_a', 'whk_1'),
      cursor_seq: 0,
      created_at: at,
      updated_at: at,
    })
    .execute()
  const named = { org_id: 'org_a', name: 'llm_api_key' }
  const box = { value_encrypted: seal(orgSecret, named.org_id, named.name), shown: 'read' }
  await db
    .insertInto('org_secret')
    .values({ ...named, ...box, updated_at: at, updated_by: 'x' })
    .execute()
  const told = { kind: 'slack', name: 'S', active: true, min_severity: 'info', digest_after: 5 } as const
  const notifier = { org_id: 'org_a', notifier_id: 'ntf_1', target: 't', config: '{}', created_by: 'x', created_at: at }
  const unused = { answer_token_hash: null, last_sent_at: null, last_error: null, idempotency_key: null }
  await db
    .insertInto('notifier')
    .values({
      ...told,
      subjects: ['alert'],
      ...notifier,
      ...unused,
      request_digest: null,
      secret_encrypted: seal(encryptedColumns.notifier, 'org_a', 'ntf_1'),
    })
    .execute()
  const person = { email: 'a@b.c', email_key: 'a@b.c', name: 'A', created_at: at, disabled_at: null }
  const totp = { totp_secret: seal(accountTotp, 'usr_1'), totp_confirmed_at: at, totp_last_step: null }
  await db
    .insertInto('account')
    .values({ id: 'usr_1', ...person, ...totp, password_hash: null })
    .execute()
  const bare = { totp_secret: null, totp_confirmed_at: null, totp_last_step: null, password_hash: null }
  await db
    .insertInto('account')
    .values({ id: 'usr_2', ...person, email_key: 'd@b.c', ...bare })
    .execute()
  const signing = { kid: 'kid_2', public_key: '{}', private_key_encrypted: seal(oauthSigningKey, 'kid_2') }
  await db
    .insertInto('oauth_signing_key')
    .values({ ...signing, created_at: at, retired_at: null })
    .execute()
})
afterEach(() => database.close())

async function boxes(): Promise<Record<string, Buffer>> {
  const { db } = database.handle
  const webhooks = await db.selectFrom('webhook_secret').selectAll().execute()
  const hooks = await db.selectFrom('webhook_endpoint').selectAll().execute()
  const keys = await db.selectFrom('ledger_key').selectAll().execute()
  const settings = await db.selectFrom('org_secret').selectAll().execute()
  const notifiers = await db.selectFrom('notifier').selectAll().execute()
  const accounts = await db.selectFrom('account').select(['id', 'totp_secret']).execute()
  const signing = await db.selectFrom('oauth_signing_key').selectAll().execute()
  return Object.fromEntries([
    ...signing.map((row) => [oauthSigningKey.boundTo(row.kid), row.private_key_encrypted] as const),
    ...webhooks.map((row) => [webhookSecret.boundTo(row.org_id), row.secret_encrypted] as const),
    ...hooks.flatMap(({ org_id, webhook_id, secret_encrypted, previous_secret_encrypted: previous }) => [
      [webhookEndpoint.boundTo(org_id, webhook_id), secret_encrypted] as const,
      ...(previous ? [[webhookEndpointPrevious.boundTo(org_id, webhook_id), previous] as const] : []),
    ]),
    ...keys.map((row) => [ledgerKey.boundTo(row.org_id, row.kid), row.private_key_encrypted] as const),
    ...settings.map((row) => [orgSecret.boundTo(row.org_id, row.name), row.value_encrypted] as const),
    ...notifiers.map(
      (row) => [encryptedColumns.notifier.boundTo(row.org_id, row.notifier_id), row.secret_encrypted] as const,
    ),
    ...accounts.flatMap((row) => (row.totp_secret ? [[accountTotp.boundTo(row.id), row.totp_secret] as const] : [])),
  ])
}

async function opensAllUnder(key: Buffer): Promise<number> {
  const all = Object.entries(await boxes())
  for (const [boundTo, box] of all) expect(openSecret(box, key, boundTo, { what: boundTo })).toEqual(secret)
  return all.length
}

test('everything opens under the new key afterwards and nothing under the old one; a second run changes nothing', async () => {
  const { db } = database.handle
  expect(await rekeySecrets(db, { from, to })).toEqual([
    { table: 'ledger_key', column: 'private_key_encrypted', changed: 1, already: 0 },
    { table: 'webhook_secret', column: 'secret_encrypted', changed: 1203, already: 0 },
    { table: 'webhook_endpoint', column: 'secret_encrypted', changed: 1, already: 0 },
    { table: 'webhook_endpoint', column: 'previous_secret_encrypted', changed: 1, already: 0 },
    { table: 'org_secret', column: 'value_encrypted', changed: 1, already: 0 },
    { table: 'notifier', column: 'secret_encrypted', changed: 1, already: 0 },
    { table: 'account', column: 'totp_secret', changed: 1, already: 0 },
    { table: 'oauth_signing_key', column: 'private_key_encrypted', changed: 1, already: 0 },
  ])
  expect(await opensAllUnder(to)).toBe(1210)
  for (const [boundTo, box] of Object.entries(await boxes())) {
    expect(() => openSecret(box, from, boundTo, { what: boundTo })).toThrow('cannot be opened')
  }
  const again = await rekeySecrets(db, { from, to })
  expect(again.map(({ changed, already }) => [changed, already])).toEqual([
    [0, 1],
    [0, 1203],
    [0, 1],
    [0, 1],
    [0, 1],
    [0, 1],
    [0, 1],
    [0, 1],
  ])
})

test('one row that neither key opens refuses the whole, names it, and nothing is changed', async () => {
  const { db } = database.handle
  const foreign = sealSecret(secret, Buffer.alloc(32, 9), accountTotp.boundTo('usr_2'))
  await db.updateTable('account').set({ totp_secret: foreign }).where('id', '=', 'usr_2').execute()
  const before = await boxes()
  await expect(rekeySecrets(db, { from, to })).rejects.toThrow('account usr_2: neither the old nor the new secret key')
  expect(await boxes()).toEqual(before)
})

test('of two runs at once one changes every row and the other finds it done', async () => {
  const { db } = database.handle
  const runs = await Promise.all([rekeySecrets(db, { from, to }), rekeySecrets(db, { from, to })])
  const sums = runs.map((run) => run.reduce((sum, { changed }) => sum + changed, 0))
  expect(sums.toSorted((a, b) => a - b)).toEqual([0, 1210])
  expect(await opensAllUnder(to)).toBe(1210)
})
