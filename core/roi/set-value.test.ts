import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { listValues } from './list-values.op.ts'
import { setValue } from './set-value.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 sets and sets again; of parallel callers one value is kept, and every act is on the list', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  expect((await invoke(setValue, ctx, { task: 'a/b c', value_usd: 1.5 })).value).toMatchObject({
    task: 'a/b c',
    value_usd: 1.5,
    updated_by: ctx.actor.principalId,
  })
  const values = [1, 2, 3, 4, 5, 6, 7, 8]
  await Promise.all(values.map((value_usd) => invoke(setValue, ctx, { task: 'a/b c', value_usd })))
  const kept = (await invoke(listValues, ctx, {})).values
  expect(kept).toHaveLength(1)
  expect(values).toContain(kept[0]?.value_usd)
  const acts = ctx.db.selectFrom('activity').select('event').where('org_id', '=', ctx.actor.orgId)
  expect(await acts.where('event', '=', 'roi.value_set').execute()).toHaveLength(9)
})

test('403 for an agent: what its work is worth is not its to say; 400 for a value that is none', async () => {
  const org = await testOrg(server.runtime)
  const sent = { task: 't', value_usd: 1 }
  await expect(invoke(setValue, await org.as('member'), sent)).rejects.toMatchObject({ code: 'forbidden' })
  for (const value_usd of [-1, Number.NaN, 1e9, '1']) {
    const setting = invoke(setValue, await org.as('admin'), { ...sent, value_usd })
    await expect(setting).rejects.toMatchObject({ code: 'invalid_input' })
  }
})
