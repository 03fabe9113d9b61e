import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { update } from './update.op.ts'

let world: TestRuntime
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  admin = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
})
afterAll(() => world.close())

const made = async (name: string): Promise<string> =>
  (await invoke(create, admin, { name, policy_type: 'risk_threshold', rules: { threshold: 50 }, agent_ids: ['a1'] }))
    .policy_id

test('200 changes what is named and keeps the rest', async () => {
  const id = await made('one')
  const { policy } = await invoke(update, admin, { id, rules: { threshold: 70 } })
  expect(policy).toMatchObject({ id, name: 'one', rules: { threshold: 70 }, agent_ids: ['a1'], revision: 2 })
})

test('200 switches off, renames, and widens to every agent', async () => {
  const id = await made('two')
  const off = await invoke(update, admin, { id, active: false, name: 'second', agent_ids: null })
  expect(off.policy).toMatchObject({ active: false, name: 'second', agent_ids: null, inert: 'switched off' })
})

test('parallel changes lose no revision', async () => {
  const id = await made('busy')
  await Promise.all(Array.from({ length: 10 }, (_, n) => invoke(update, admin, { id, rules: { threshold: n } })))
  const { policy } = await invoke(update, admin, { id, active: true })
  expect(policy.revision).toBe(12)
})

test.each([
  ['active', 'false', 'active: must be true or false'],
  ['agent_ids', [1], 'agent_ids: must be an array of at most 500 agent ids, or its JSON text'],
  ['agent_ids', 'a1', 'agent_ids: must be an array of at most 500 agent ids, or its JSON text'],
  ['rules', 5, 'rules: must be an object, or its JSON text of at most 65536 characters'],
])('issue 2: 400 says what %s may be', async (field, value, sentence) => {
  const fault = await invoke(update, admin, { id: 'gp_1', [field]: value }).catch((error: unknown) => error)
  expect(fault).toMatchObject({ code: 'invalid_input', details: [sentence] })
})

test('400 without anything to change, and for rules that do not fit the type', async () => {
  const id = await made('three')
  await expect(invoke(update, admin, { id })).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(invoke(update, admin, { id, rules: { paths: ['x'] } })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('404 for an unknown policy and across orgs', async () => {
  const other = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
  await expect(invoke(update, admin, { id: 'gp_none', active: false })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(update, other, { id: await made('four'), active: false })).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('409 for a name that is taken', async () => {
  await made('taken')
  await expect(invoke(update, admin, { id: await made('five'), name: 'taken' })).rejects.toMatchObject({
    code: 'conflict',
  })
})
