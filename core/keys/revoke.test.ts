import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless, placeOf, reasonsOf, settledAs } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { silentLog } from '#core/kernel/log'
import { Runtime } from '#core/kernel/runtime'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { keyCache } from './authenticate.ts'
import { create } from './create.op.ts'
import { revoke } from './revoke.op.ts'
import { rotate } from './rotate.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 refuses the key from then on; repeating it answers the same', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const { key, secret } = await invoke(create, admin, { name: 'x' })
  const cache = server.runtime.use(keyCache)
  await cache.actorOf(secret)
  const gone = await invoke(revoke, admin, { id: key.id })
  expect(gone.key.revoked_at).not.toBeNull()
  await expect(cache.actorOf(secret)).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await invoke(revoke, admin, { id: key.id })).toEqual(gone)
})

test('while fifty guards run with the key: none is recorded after the revocation', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const ctx = await org.as('member')
  const told: (number | string)[] = []
  const agents = Array.from({ length: 50 }, async (_, n) => {
    for (let call = 0; call < 20; call += 1) {
      const asking = invoke(evaluate, ctx, { ...harmless, declared_goal: `${n} ${call}` })
      told.push(
        await asking.then(
          (answer) => answer.ledger.seq,
          (error: { code: string }) => error.code,
        ),
      )
    }
  })
  await new Promise((resolve) => setTimeout(resolve, 30))
  await invoke(revoke, admin, { id: ctx.actor.principalId })
  await Promise.all(agents)
  const revoked = await placeOf(admin, 'key.revoked')
  expect(new Set(told.filter((one) => typeof one === 'string'))).toEqual(new Set(['unauthenticated']))
  expect(told.filter((one) => typeof one === 'number' && one > revoked)).toEqual([])
})

test('another server that has the key in memory refuses its next decision, whatever else it decided meanwhile', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const { handle, settings, ports, now } = server.runtime
  const other = new Runtime({
    handle: { ...handle, close: () => Promise.resolve() },
    settings,
    ports,
    now,
    log: silentLog,
  })
  const [revoked, kept] = await Promise.all(['revoked', 'kept'].map((name) => invoke(create, admin, { name })))
  const ask = async (secret: string) =>
    invoke(evaluate, other.context(await other.use(keyCache).actorOf(secret)), harmless)
  expect(await ask(revoked?.secret ?? '')).toMatchObject({ decision: 'allow' })
  await invoke(revoke, admin, { id: revoked?.key.id })
  // This one brings the other server's view of the org up to date, but not what it knows of the revoked key.
  expect(await ask(kept?.secret ?? '')).toMatchObject({ decision: 'allow' })
  await expect(ask(revoked?.secret ?? '')).rejects.toMatchObject({ code: 'unauthenticated' })
  await other.close()
})

test('404 across orgs and for what is no key; 403 for a member', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(revoke, stranger, { id: ctx.actor.principalId })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(revoke, stranger, { id: 'key_none' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(revoke, ctx, { id: ctx.actor.principalId })).rejects.toMatchObject({ code: 'forbidden' })
})

test('409 for the last key that can make keys, also when two are revoked by each other at once', async () => {
  const org = await testOrg(server.runtime)
  const first = await org.as('admin')
  await org.as('member')
  await invoke(create, first, { name: 'too narrow', role: 'admin', scopes: ['keys:read'] })
  await expect(invoke(revoke, first, { id: first.actor.principalId })).rejects.toMatchObject({ code: 'conflict' })
  const second = await org.as('admin')
  const revoked = await Promise.allSettled([
    invoke(revoke, first, { id: second.actor.principalId }),
    invoke(revoke, second, { id: first.actor.principalId }),
  ])
  expect(settledAs(revoked, 'fulfilled')).toBe(1)
  expect(reasonsOf(revoked)).toMatchObject([{ code: 'conflict' }])
})

test('a key that is rotated away or past its end does not count as another one', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const soon = new Date(server.runtime.now().getTime() + 60_000).toISOString()
  await invoke(create, admin, { name: 'short', role: 'admin', expires_at: soon })
  server.advance(61_000)
  const { key } = await invoke(rotate, admin, { id: admin.actor.principalId })
  await expect(invoke(revoke, admin, { id: key.id })).rejects.toMatchObject({ code: 'conflict' })
  const old = await invoke(revoke, admin, { id: admin.actor.principalId })
  expect(old.key.revoked_at).not.toBeNull()
})
