import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { secretOf } from './store.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 changes what is named, keeps the rest, and is on the ledger', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const { settings } = await invoke(update, admin, { settings: { guard_fallback: 'block', approval_default_hours: 2 } })
  expect(settings).toMatchObject({ guard_fallback: 'block', approval_default_hours: 2, separation_of_duties: 'auto' })
  expect(await invoke(get, admin, {})).toMatchObject({ settings })
  const entries = admin.db
    .selectFrom('ledger_entry')
    .select('body')
    .where('org_id', '=', org.orgId)
    .where('kind', '=', 'admin')
  expect((await entries.execute()).filter(({ body }) => body.includes('settings.updated'))).toHaveLength(1)
  const other = await (await testOrg(server.runtime)).as('admin')
  expect((await invoke(get, other, {})).settings.guard_fallback).toBe('require_approval')
})

test('parallel changes of different settings lose nothing', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const changes = {
    secret_block: true,
    injection_block: false,
    outcome_timeout_minutes: 3,
    approval_grace_minutes: 7,
    guard_deadline_ms: 500,
  }
  await Promise.all(
    Object.entries(changes).map(([key, value]) => invoke(update, admin, { settings: { [key]: value } })),
  )
  expect((await invoke(get, admin, {})).settings).toMatchObject(changes)
})

test.each([
  ['an unknown setting', { colour: 'red' }],
  ['a fallback that lets acts through', { guard_fallback: 'allow' }],
  ['a deadline of no time', { guard_deadline_ms: 0 }],
  ['nothing at all', {}],
  ['a secret with a space', { llm_api_key: 'sk with a space' }],
  ['a mask that was sent back', { llm_api_key: '••••cdef' }],
  ['a model over http', { llm_base_url: 'http://models.example/v1' }],
  ['a model address with a password', { llm_base_url: 'https://me:pw@models.example/v1' }],
  ['a model address that is no URL', { llm_base_url: 'models.example' }],
])('400 for %s', async (_, settings) => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(update, admin, { settings })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('403 for an approver and a member', async () => {
  const org = await testOrg(server.runtime)
  for (const role of ['approver', 'member'] as const) {
    await expect(invoke(update, await org.as(role), { settings: { secret_block: true } })).rejects.toMatchObject({
      code: 'forbidden',
    })
  }
})

const KEY = 'sk-live-0123456789abcdef'

test('200 a secret is stored encrypted and shown masked; neither ledger, activity nor events hold it', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const { settings, sources } = await invoke(update, admin, { settings: { llm_api_key: KEY, llm_model: 'm' } })
  expect([settings.llm_api_key, sources['llm_api_key'], sources['llm_model']]).toEqual(['••••cdef', 'org', 'org'])
  expect(await secretOf(server.runtime, org.orgId, 'llm_api_key')).toBe(KEY)
  const rows = await sql<{ text: string }>`
    select row_to_json(s)::text as text from org_secret s where org_id = ${org.orgId}
    union all select body from ledger_entry where org_id = ${org.orgId}
    union all select row_to_json(a)::text from activity a where org_id = ${org.orgId}
    union all select row_to_json(e)::text from event e where org_id = ${org.orgId}`.execute(admin.db)
  const all = rows.rows.map(({ text }) => text).join('\n')
  expect(all).toContain('settings.updated')
  for (const form of [KEY, Buffer.from(KEY).toString('hex'), Buffer.from(KEY).toString('base64')]) {
    expect(all).not.toContain(form)
  }
  const other = await testOrg(server.runtime)
  expect(await secretOf(server.runtime, other.orgId, 'llm_api_key')).toBeUndefined()
})

test('a secret copied to another org does not open', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await invoke(update, admin, { settings: { llm_api_key: KEY } })
  const thief = await testOrg(server.runtime)
  const row = await admin.db
    .selectFrom('org_secret')
    .selectAll()
    .where('org_id', '=', org.orgId)
    .executeTakeFirstOrThrow()
  await admin.db
    .insertInto('org_secret')
    .values({ ...row, org_id: thief.orgId })
    .execute()
  await expect(secretOf(server.runtime, thief.orgId, 'llm_api_key')).rejects.toMatchObject({ code: 'unprocessable' })
})

test('200 null goes back to the default, a secret included', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  await invoke(update, admin, { settings: { approval_default_hours: 2, llm_api_key: KEY } })
  const back = await invoke(update, admin, { settings: { approval_default_hours: null, llm_api_key: null } })
  expect(back.settings).toMatchObject({ approval_default_hours: 24, llm_api_key: null })
  expect(back.sources).toMatchObject({ approval_default_hours: 'default', llm_api_key: 'default' })
})

test('a key goes when the place it was given for changes without it', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const place = { llm_provider: 'openai-compatible', llm_base_url: 'https://models.example/v1' }
  await invoke(update, admin, { settings: { ...place, llm_api_key: KEY } })
  const same = await invoke(update, admin, { settings: { ...place, llm_model: 'other' } })
  expect(same.settings.llm_api_key).toBe('••••cdef')
  const both = await invoke(update, admin, { settings: { llm_base_url: 'https://new.example/v1', llm_api_key: KEY } })
  expect(both.settings.llm_api_key).toBe('••••cdef')
  const moved = await invoke(update, admin, { settings: { llm_base_url: 'https://thief.example/v1' } })
  expect(moved.settings).toMatchObject({ llm_base_url: 'https://thief.example/v1', llm_api_key: null })
})

test('parallel changes that set and reset the same settings end, in one order', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const changes = [
    { secret_block: true, approval_default_hours: null },
    { approval_default_hours: 5, secret_block: null },
    { llm_api_key: KEY, secret_block: true },
    { secret_block: null, llm_api_key: null },
  ]
  await Promise.all([...changes, ...changes, ...changes].map((settings) => invoke(update, admin, { settings })))
  const { settings } = await invoke(get, admin, {})
  expect([5, 24]).toContain(settings.approval_default_hours)
})

test('422 for a secret on an instance without a secret key; nothing is stored', async () => {
  const bare = await testRuntime({ settings: { secret_key: undefined } })
  try {
    const admin = await (await testOrg(bare.runtime)).as('admin')
    const change = invoke(update, admin, { settings: { llm_api_key: KEY, secret_block: true } })
    await expect(change).rejects.toMatchObject({ code: 'unprocessable' })
    expect((await invoke(get, admin, {})).settings).toMatchObject({ llm_api_key: null, secret_block: false })
  } finally {
    await bare.close()
  }
})
