import { afterAll, beforeAll, expect, test } from 'vitest'
import { recorded } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 validates, and invalidates with the reason; one excludes the other', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const { assumption_id } = await invoke(create, ctx, { action_id, assumption: 'x' })
  const no = await invoke(update, ctx, { assumption_id, validated: false, invalidated_reason: 'it was not' })
  expect(no.assumption).toMatchObject({ validated: false, invalidated: true, invalidated_reason: 'it was not' })
  const yes = await invoke(update, ctx, { assumption_id, validated: true })
  expect(yes.assumption).toMatchObject({
    validated: true,
    invalidated: false,
    invalidated_reason: null,
    invalidated_at: null,
  })
})

test('parallel verdicts leave one of them whole, never a mixture', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const { assumption_id } = await invoke(create, ctx, { action_id, assumption: 'x' })
  const told = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      invoke(
        update,
        ctx,
        n % 2 === 0
          ? { assumption_id, validated: true }
          : { assumption_id, validated: false, invalidated_reason: 'no' },
      ),
    ),
  )
  for (const { assumption } of told) {
    expect(assumption.validated).toBe(!assumption.invalidated)
    expect(assumption.invalidated_reason === null).toBe(assumption.validated)
  }
})

test('400 without the reason, 404 across orgs and for another agent of the org', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  const { assumption_id } = await invoke(create, ctx, { action_id, assumption: 'x' })
  await expect(invoke(update, ctx, { assumption_id, validated: false })).rejects.toMatchObject({
    code: 'invalid_input',
  })
  for (const who of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(update, who, { assumption_id, validated: true })).rejects.toMatchObject({ code: 'not_found' })
  }
})
