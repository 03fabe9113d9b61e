import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 with the defaults filled in, those of the instance among them', async () => {
  const ctx = await (await testOrg(server.runtime)).as('readonly')
  expect((await invoke(get, ctx, {})).settings).toMatchObject({
    guard_fallback: 'require_approval',
    guard_deadline_ms: server.runtime.settings.guard_deadline_ms,
    separation_of_duties: 'auto',
    outcome_timeout_minutes: 15,
    approval_default_hours: 24,
    approval_grace_minutes: 15,
  })
})

test('a stored value that no longer fits is ignored, not served', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('readonly')
  const row = { org_id: org.orgId, key: 'guard_fallback', value: '"allow"', updated_at: new Date(), updated_by: 'x' }
  await ctx.db.insertInto('org_setting').values(row).execute()
  expect((await invoke(get, ctx, {})).settings.guard_fallback).toBe('require_approval')
})

test('200 every setting comes with what it means, its limits and where its value comes from', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await invoke(update, admin, { settings: { guard_fallback: 'block' } })
  const { settings, sources, definitions } = await invoke(get, await org.as('readonly'), {})
  expect(definitions.map(({ key }) => key).toSorted()).toEqual(Object.keys(settings).toSorted())
  expect(Object.entries(sources).filter(([, source]) => source === 'org')).toEqual([['guard_fallback', 'org']])
  for (const one of definitions) {
    expect(one.label).toMatch(/^[A-Z]/)
    expect(one.description.length).toBeGreaterThan(5)
  }
  const unset = definitions.filter(({ key }) => sources[key] === 'default')
  const shown = unset.map(({ key }) => settings[key as keyof typeof settings])
  expect(shown).toEqual(unset.map((one) => one.default))
  const byKey = Object.fromEntries(definitions.map((one) => [one.key, one]))
  expect(byKey['guard_deadline_ms']).toMatchObject({ kind: 'integer', unit: 'ms', min: 50, max: 60_000, role: 'admin' })
  expect(byKey['separation_of_duties']).toMatchObject({ kind: 'enum', options: ['auto', 'on', 'off'], default: 'auto' })
  expect(byKey['redact_tool_output']).toMatchObject({ kind: 'boolean', default: true })
  expect(byKey['secret_block']).toMatchObject({ kind: 'boolean', default: false })
  expect(byKey['llm_provider']).toMatchObject({
    kind: 'enum',
    options: ['anthropic', 'openai-compatible'],
    default: null,
  })
  expect(byKey['llm_model']).toMatchObject({ kind: 'text', max: 200 })
  expect(byKey['llm_api_key']).toMatchObject({ kind: 'secret', default: null })
})
