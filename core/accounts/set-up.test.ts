import { afterAll, beforeAll, expect, test } from 'vitest'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { ensureFirstOrg, FIRST_ORG } from '#core/orgs/index'
import { makeSetupLink, setUp } from './set-up.ts'
import { sessionCache } from './session-cache.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('one of ten parallel uses of the link becomes the owner who runs the instance; later there is no link', async () => {
  await ensureFirstOrg(server.runtime)
  const before = await makeSetupLink(server.runtime)
  const token = await makeSetupLink(server.runtime)
  const given = { name: 'Ada', password: 'a password of Ada', address: '192.0.2.3', userAgent: null, orgName: 'Acme' }
  const use = (email: string, link: string | null) =>
    setUp(server.runtime, { ...given, email, token: link ?? '' }).catch((fault: { code: string }) => fault.code)
  expect(await use('early@example.com', before)).toBe('not_found')
  await expect(
    setUp(server.runtime, { ...given, password: 'short', email: 'a@b.co', token: token ?? '' }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
  })
  const all = await Promise.all(Array.from({ length: 10 }, (_, n) => use(`ada-${n}@example.com`, token)))
  const opened = all.flatMap((one) => (typeof one === 'string' ? [] : [one]))
  expect(opened).toHaveLength(1)
  const { actor, session } = await server.runtime.use(sessionCache).find(opened[0]?.secret ?? '')
  expect(actor).toMatchObject({ orgId: FIRST_ORG, role: 'owner', kind: 'user' })
  expect(actor.scopes.has('orgs:write')).toBe(true)
  expect(session.org_name).toBe('Acme')
  expect(await makeSetupLink(server.runtime)).toBeNull()
  const { rows } = { rows: await server.runtime.db.selectFrom('account').select('id').execute() }
  expect(rows).toHaveLength(1)
})

test('a person sees nothing of an org they do not belong to', async () => {
  const { orgId } = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'member')
  await server.runtime.db.deleteFrom('membership').where('account_id', '=', person.accountId).execute()
  await expect(person.context()).rejects.toMatchObject({ code: 'unauthenticated' })
})
