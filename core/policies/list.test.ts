import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { defaultPack } from './default-pack.ts'
import { list } from './list.op.ts'

let world: TestRuntime
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  admin = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
  const agents: [string, string[] | null][] = [
    ['all', null],
    ['one', ['a1']],
    ['two', ['a2']],
    ['nobody', []],
  ]
  for (const [name, agent_ids] of agents) {
    await invoke(create, admin, { name, policy_type: 'risk_threshold', rules: {}, agent_ids })
  }
})
afterAll(() => world.close())

const names = ({ policies }: { policies: { name: string }[] }): string[] => policies.map(({ name }) => name)

test('200 lists newest first', async () => {
  expect(names(await invoke(list, admin, {}))).toEqual(['nobody', 'two', 'one', 'all'])
})

test('200 keeps what applies to one agent: a list that names nobody covers everybody', async () => {
  expect(names(await invoke(list, admin, { agent_id: 'a1' }))).toEqual(['nobody', 'one', 'all'])
})

test('200 pages by cursor without gap or repetition', async () => {
  const first = await invoke(list, admin, { limit: 3 })
  const second = await invoke(list, admin, { limit: 3, cursor: first.next_cursor })
  expect([...names(first), ...names(second)]).toEqual(['nobody', 'two', 'one', 'all'])
  expect(second.next_cursor).toBeNull()
})

test('a new org starts with the default pack, and sees nobody else’s policies', async () => {
  const other = await (await testOrg(world.runtime)).as('readonly')
  const listed = await invoke(list, other, {})
  expect(names(listed).toSorted()).toEqual(defaultPack.map(({ name }) => name).toSorted())
  expect(listed.policies.every(({ inert }) => inert === null)).toBe(true)
})
