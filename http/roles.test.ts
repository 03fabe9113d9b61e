import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSqlParser } from '#core/evidence/index'
import { accountScopes, personRoles, roles, scopesOf, type Scope } from '#core/kernel/scope'
import { operations } from '#core/registry.gen'
import { testPerson } from '#core/testing/people'
import { call, inputOf } from './test-population.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  await loadSqlParser()
  server = await testServer(operations, { settings: { secret_key: 'ab'.repeat(32) } })
})
afterAll(() => server.close())

interface Caller {
  readonly who: string
  readonly may: ReadonlySet<Scope>
  readonly credential: () => Promise<{ key: string } | { session: string }>
}

let orgs = 0
async function freshOrg(): Promise<string> {
  const orgId = `org_roles_${(orgs += 1)}`
  await server.org(orgId)
  return orgId
}

const callers: readonly Caller[] = [
  ...roles.map((role) => ({
    who: `a key with the role ${role}`,
    may: new Set(scopesOf(role)),
    credential: async () => ({ key: await server.key({ role }, await freshOrg()) }),
  })),
  {
    who: 'a key bound to one agent',
    may: new Set(scopesOf('member')),
    credential: async () => ({ key: await server.key({ role: 'member', agentId: 'bound' }, await freshOrg()) }),
  },
  ...personRoles.map((role) => ({
    who: `a person with the role ${role}`,
    may: new Set([...scopesOf(role), ...accountScopes]),
    credential: async () => ({ session: (await testPerson(server.runtime, await freshOrg(), role)).secret }),
  })),
]

const guarded = operations.filter((op) => op.scope !== 'public')
let asked = 0
const unexpected: string[] = []

describe('every operation by every role', () => {
  test.each(callers)('$who may what the role says, and nothing else', { timeout: 120_000 }, async (caller) => {
    const credential = await caller.credential()
    const wrong: string[] = []
    for (const op of guarded) {
      const answer = await call(server.url, op, { ...credential, input: inputOf(op, {}) })
      const refused = answer.status === 403 && answer.body['required_scope'] === op.scope
      const allowed = caller.may.has(op.scope as Scope)
      asked += 1
      if (!allowed && answer.status < 400) unexpected.push(`${caller.who}: ${op.name}`)
      if (refused === allowed) wrong.push(`${op.name}: ${answer.status} ${answer.text.slice(0, 120)}`)
    }
    expect(wrong).toEqual([])
  })

  test('there is no unexpected success', () => {
    process.stdout.write(`role × operation: ${asked} pairs asked, ${unexpected.length} unexpected successes\n`)
    expect(asked).toBe(callers.length * guarded.length)
    expect(unexpected).toEqual([])
  })
})
