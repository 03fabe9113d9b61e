import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAction } from '#core/actions/create.op'
import { risky } from '#core/actions/test-actions'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { keyCache } from '#core/keys/index'
import { rotate } from '#core/keys/rotate.op'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { decide } from './decide.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

let asked = 0
async function ask(ctx: Context): Promise<string> {
  asked += 1
  const act = { kind: 'shell', command: `git push --force origin feature-${asked}` }
  return (await invoke(createAction, ctx, { ...risky, act })).action_id
}
const allow = (ctx: Context, action_id: string) => invoke(decide, ctx, { action_id, decision: 'allow' })

async function rotated(ctx: Context): Promise<Context> {
  const { secret } = await invoke(rotate, ctx, { id: ctx.actor.principalId })
  return server.runtime.context(await server.runtime.use(keyCache).actorOf(secret))
}

test('403 SELF_APPROVAL by the key that one rotated to, and of an act asked for with it', async () => {
  const org = await testOrg(server.runtime)
  const other = await org.as('approver')
  const admin = await org.as('admin')
  const action = await ask(admin)
  const again = await rotated(admin)
  await expect(allow(again, action)).rejects.toMatchObject({ code: 'SELF_APPROVAL' })
  await expect(allow(admin, await ask(again))).rejects.toMatchObject({ code: 'SELF_APPROVAL' })
  await expect(allow(other, action)).resolves.toBeDefined()
})

test('alone one stays alone with two keys of one rotation, and beside keys that cannot decide', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await org.as('admin', { scopes: ['policies:read'] })
  const again = await rotated(admin)
  await expect(allow(again, await ask(again))).resolves.toBeDefined()
  await expect(allow(admin, await ask(again))).resolves.toBeDefined()
})

test('with separation switched on the lineage counts even for one who is alone', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  await invoke(update, admin, { settings: { separation_of_duties: 'on' } })
  const action = await ask(admin)
  await expect(allow(await rotated(admin), action)).rejects.toMatchObject({ code: 'SELF_APPROVAL' })
})
