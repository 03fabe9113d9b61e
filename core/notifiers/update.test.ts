import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { opened, requireNotifier } from './store.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())

const webhook = (path: string) => ({ url: `https://example.com/${path}` })

test('what is named changes, the rest stays; another address keeps the secret that signs', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const { notifier, signing_secret } = await invoke(create, ctx, { name: 'a', webhook: webhook('old') })
  const { notifier_id } = notifier
  const changed = await invoke(update, ctx, { notifier_id, active: false, digest_after: 9 })
  expect(changed.notifier).toEqual({ ...notifier, active: false, digest_after: 9 })
  await invoke(update, ctx, { notifier_id, webhook: webhook('new') })
  const row = await requireNotifier(ctx.db, ctx.actor.orgId, notifier_id)
  expect(opened(ctx.runtime, row)).toEqual({ url: 'https://example.com/new', signing_secret })
})

test('400 for nothing, another kind, a private address; 404 across orgs; nothing changes', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const { notifier } = await invoke(create, ctx, { name: 'a', webhook: webhook('old') })
  const { notifier_id } = notifier
  for (const change of [{}, { slack: webhook('x') }, { webhook: { url: 'https://10.1.2.3/' } }, { digest_after: 0 }]) {
    await expect(invoke(update, ctx, { notifier_id, ...change })).rejects.toMatchObject({ code: 'invalid_input' })
  }
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(update, stranger, { notifier_id, name: 'b' })).rejects.toMatchObject({ code: 'not_found' })
  const row = await requireNotifier(ctx.db, ctx.actor.orgId, notifier_id)
  expect([row.name, opened(ctx.runtime, row)['url']]).toEqual(['a', 'https://example.com/old'])
})
