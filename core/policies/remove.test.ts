import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { listRevisions } from './list-revisions.op.ts'
import { remove } from './remove.op.ts'

let world: TestRuntime
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  admin = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
})
afterAll(() => world.close())

const made = async (name: string): Promise<string> =>
  (await invoke(create, admin, { name, policy_type: 'risk_threshold', rules: {} })).policy_id

test('200 removes one by id; its history stays', async () => {
  const id = await made('one')
  expect(await invoke(remove, admin, { id })).toEqual({ deleted: true, id })
  const { revisions } = await invoke(listRevisions, admin, { id })
  expect(revisions.map(({ change_type }) => change_type)).toEqual(['removed', 'created'])
  await expect(invoke(remove, admin, { id })).rejects.toMatchObject({ code: 'not_found' })
})

test('200 removes several and tells which', async () => {
  const ids = [await made('a'), await made('b')]
  expect(await invoke(remove, admin, { ids: `${ids.join(', ')},gp_none` })).toEqual({ deleted: 2, ids })
})

test('issue 2: the event says deleted, as listeners of the wire contract know it', async () => {
  const id = await made('gone')
  await invoke(remove, admin, { id })
  const events = admin.db.selectFrom('event').select('payload').where('ref', '=', id).orderBy('seq')
  expect((await events.execute()).map(({ payload }) => payload['change_type'])).toEqual(['created', 'deleted'])
})

test('400 without an id', async () => {
  await expect(invoke(remove, admin, {})).rejects.toMatchObject({ code: 'invalid_input' })
})

test('404 across orgs, and nothing is removed', async () => {
  const id = await made('mine')
  const other = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
  await expect(invoke(remove, other, { id })).rejects.toMatchObject({ code: 'not_found' })
  expect(await invoke(remove, admin, { id })).toEqual({ deleted: true, id })
})
