import { afterAll, beforeAll, expect, test } from 'vitest'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { emitEvents } from './emit.ts'
import { sweepEvents } from './sweep.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('events older than a day go, younger ones stay', async () => {
  const { runtime } = server
  const { orgId } = await testOrg(runtime)
  const emit = (ref: string) =>
    runtime.db
      .transaction()
      .execute((trx) => emitEvents(trx, orgId, runtime.now(), [{ name: 'action.updated', ref, payload: {} }]))
  await emit('old')
  server.advance(23 * 3_600_000)
  await emit('young')
  server.advance(2 * 3_600_000)
  await sweepEvents(runtime)
  const left = await runtime.db.selectFrom('event').select('ref').where('org_id', '=', orgId).execute()
  expect(left.filter(({ ref }) => ref === 'old' || ref === 'young')).toEqual([{ ref: 'young' }])
})
