import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { Connection } from '../client/index.ts'
import { testServer, type TestServer } from '../test-server.ts'
import { checkInside } from './checks-server.ts'
import { runCli } from './test-cli.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer(operations, { settings: { secret_key: '07'.repeat(32) } })
})
afterAll(() => server.close())

async function bare(role: 'admin' | 'member') {
  const { orgId } = await testOrg(server.runtime, { policies: 'none' })
  return server.key({ role }, orgId)
}

const asked = async (apiKey: string, more: { fix: boolean; category?: string }) =>
  checkInside(new Connection({ baseUrl: server.url, apiKey }), more)

test('an unhealthy server is told as it is, and repaired only where that is wanted', async () => {
  const key = await bare('admin')
  const policies = async (fix: boolean) =>
    (await asked(key, { fix }))?.find(({ check }) => check === 'governance.policies')
  expect(await policies(false)).toMatchObject({ status: 'fail', remedy: expect.stringContaining('writ doctor') })
  expect(await policies(true)).toMatchObject({ status: 'ok', found: expect.stringContaining('repaired: install') })
})

test('only the categories that were named; nothing for a key that may not ask', async () => {
  const checks = await asked(await bare('admin'), { fix: false, category: 'ledger' })
  expect(checks?.map(({ check }) => check)).toEqual(['ledger.signed'])
  expect(await asked(await bare('member'), { fix: true })).toBeNull()
})

test('the command repairs, fails while something is wrong, and names the categories there are', async () => {
  const env = { WRIT_URL: server.url, WRIT_API_KEY: await bare('admin') }
  const told = await runCli(['doctor', '--no-fix', '--json'], env)
  expect([told.code, (told.json() as { ok: boolean }).ok]).toEqual([1, false])
  expect(await runCli(['doctor'], env)).toMatchObject({ code: 0, stdout: expect.stringContaining('repaired') })
  const wrong = await runCli(['doctor', '--category', 'plumbing'], env)
  expect(wrong.code).not.toBe(0)
  expect(wrong.stderr).toContain('governance')
})
