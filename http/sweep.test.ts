import { isDeepStrictEqual } from 'node:util'
import * as fc from '#core/testing/property'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSqlParser } from '#core/evidence/index'
import type { Operation } from '#core/kernel/operation'
import { openSession } from '#core/accounts/index'
import { insertGrant } from '#core/grants/index'
import { newId } from '#core/kernel/id'
import { operations } from '#core/registry.gen'
import { testPerson } from '#core/testing/people'
import { fieldsOf } from './paths.rules.ts'
import { hostileFor } from './test-hostile.ts'
import { call, inputOf, MARK, populate, rowCounts, type Answer, type Known } from './test-population.ts'
import { testServer, type TestServer } from './test-server.ts'

const ORG_A = 'org_sweep_a'
const ORG_B = 'org_sweep_b'
const FUZZED = 'org_sweep_fuzz'

let server: TestServer
let ofA: Known
let ofFuzzed: Known
let people: Record<'a' | 'b' | 'fuzz', { session: string; known: Known }>
let keys: Record<'a' | 'b' | 'fuzz' | 'scopeless', string>

beforeAll(async () => {
  await loadSqlParser()
  server = await testServer(operations, { settings: { secret_key: 'ab'.repeat(32), rate_limit_unauthenticated: 0 } })
  for (const org of [ORG_A, ORG_B, FUZZED]) await server.org(org)
  keys = {
    a: await server.key({ operator: true }, ORG_A),
    b: await server.key({}, ORG_B),
    fuzz: await server.key({ operator: true }, FUZZED),
    // No operation asks for this one: it opens the event stream.
    scopeless: await server.key({ scopes: ['events:read'] }, ORG_A),
  }
  people = { a: await person(ORG_A), b: await person(ORG_B), fuzz: await person(FUZZED) }
  ofA = { ...(await populate(server.url, keys.a)), ...people.a.known }
  ofFuzzed = { ...(await populate(server.url, keys.fuzz)), ...people.fuzz.known }
})

/** An owner with a session of their own to end, and another member. */
async function person(orgId: string): Promise<{ session: string; known: Known }> {
  const { runtime } = server
  const mark = orgId === ORG_A ? MARK : 'ordinary'
  const owner = await testPerson(runtime, orgId, 'owner', { email: `${mark}-owner@${orgId}.example` })
  const member = await testPerson(runtime, orgId, 'member', { email: `${mark}-member@${orgId}.example` })
  const draft = { accountId: owner.accountId, orgId, secondFactorAt: null, address: null, userAgent: mark }
  const { row } = await openSession(runtime.db, runtime.now(), draft)
  const by = { orgId, principalId: owner.accountId, accountId: owner.accountId }
  const at = runtime.now()
  const client = { clientId: 'cli_sweep', clientName: mark, agentId: `${mark}-client`, scopes: ['guard:read'] } as const
  const times = { secondFactorAt: null, expiresAt: new Date(at.getTime() + 86_400_000) }
  const grant = { id: newId('grt'), ...client, ...times }
  await runtime.db.transaction().execute((trx) => insertGrant(trx, by, at, grant))
  const known = { 'members.account_id': member.accountId, 'accounts.id': row.id, 'grants.id': grant.id }
  return { session: owner.secret, known }
}

/** No key has an account: those operations are called by the org's owner. */
function as(who: 'a' | 'b' | 'fuzz', op: Operation): { key: string } | { session: string } {
  return op.scope.startsWith('account:') ? { session: people[who].session } : { key: keys[who] }
}
afterAll(() => server.close())

const guarded = operations.filter((op) => op.scope !== 'public')

function isErrorBody({ error, code, request_id }: Answer['body']): boolean {
  return [error, code, request_id].every((part) => typeof part === 'string' && part.trim() !== '')
}

function expectErrorBody({ body, text }: Answer): void {
  expect([text, isErrorBody(body)]).toEqual([text, true])
}

describe('every operation', () => {
  test.each(guarded.map((op) => [op.name, op] as const))(
    '%s: 401 without a key, 403 without its scope',
    async (_, op) => {
      const before = await rowCounts(server.runtime)
      const input = inputOf(op, ofA)
      const none = await call(server.url, op, { input })
      expect(none).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
      expectErrorBody(none)
      // What is wrong with the input is not told to whoever may not call.
      for (const body of [input, { ...input, limit: {}, reason: 5, name: [] }]) {
        const refused = await call(server.url, op, { key: keys.scopeless, input: body })
        expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', required_scope: op.scope } })
        expectErrorBody(refused)
      }
      expect(await rowCounts(server.runtime)).toEqual(before)
    },
  )

  test('public operations show nothing of an org to nobody', async () => {
    for (const op of operations.filter(({ scope }) => scope === 'public')) {
      const answer = await call(server.url, op, { input: inputOf(op, ofA) })
      expect(answer.status, `${op.name}: ${answer.text}`).toBeLessThan(500)
      expect(answer.text).not.toContain(MARK)
    }
  })
})

/** Fields whose value names a row of another org. An agent's id is free text: two orgs may use the same. */
function namingFields(op: Operation): string[] {
  const domain = op.name.split('_')[0] ?? ''
  return Object.keys(op.input.shape).filter((name) => `${domain}.${name}` in ofA || name in ofA)
}

function valueOf(op: Operation, name: string): unknown {
  return ofA[`${op.name.split('_')[0]}.${name}`] ?? ofA[name]
}

/** An answer without the values that the caller of the other org put in itself. */
function besidesGiven({ text }: Answer): string {
  return [ofA['session_id'], ofA['idempotency_key']].reduce<string>(
    (rest, given) => rest.replaceAll(`"${String(given)}"`, ''),
    text,
  )
}

describe('an admin of another org', () => {
  test('gets 404 from every operation that must name a row', async () => {
    const before = await rowCounts(server.runtime)
    const naming = guarded.filter((op) => {
      const input = inputOf(op, ofA)
      // Of hosts the client names its sessions itself, as agents name themselves.
      if (op.name === 'actions_remove' || op.name.startsWith('hosts_')) return false
      return namingFields(op).some((name) => name in input)
    })
    for (const op of naming) {
      const input = inputOf(op, ofA)
      const answer = await call(server.url, op, { ...as('b', op), input })
      expect(answer, `${op.name} ${JSON.stringify(input)}`).toMatchObject({ status: 404 })
      expectErrorBody(answer)
      expect(answer.text).not.toContain(MARK)
    }
    expect(naming.length).toBeGreaterThan(15)
    expect(await rowCounts(server.runtime)).toEqual(before)
    // The same calls by its own admin find the row: the 404 above is about whose it is.
    for (const op of naming.filter(({ annotations }) => !annotations.destructive)) {
      const own = await call(server.url, op, { ...as('fuzz', op), input: inputOf(op, ofFuzzed) })
      expect([400, 404], `${op.name}: ${own.text}`).not.toContain(own.status)
    }
  })

  test('never sees or changes a row of the org, whatever filter or reference is named', async () => {
    const before = await rowCounts(server.runtime, ORG_A)
    let asked = 0
    for (const op of guarded) {
      const required = inputOf(op, {})
      for (const name of namingFields(op).filter(
        (one) => !(one in required) && !fieldsOf(op.rest.path).includes(one),
      )) {
        const answer = await call(server.url, op, { ...as('b', op), input: { ...required, [name]: valueOf(op, name) } })
        expect(answer.status, `${op.name} ${name}: ${answer.text}`).toBeLessThan(500)
        expect(besidesGiven(answer), `${op.name} ${name}`).not.toContain(MARK)
        expect(answer.text).not.toContain(ORG_A)
        asked += 1
      }
    }
    for (const op of guarded.filter(({ rest }) => rest.method === 'get' && fieldsOf(rest.path).length === 0)) {
      const answer = await call(server.url, op, { ...as('b', op), input: inputOf(op, {}) })
      expect(besidesGiven(answer), `by ${op.name}`).not.toContain(MARK)
    }
    expect(asked).toBeGreaterThan(10)
    expect(await rowCounts(server.runtime, ORG_A)).toEqual(before)
  })
})

const TOO_LARGE = { code: 'BODY_TOO_LARGE' }

describe('hostile input', () => {
  const refusedEverywhere: Record<string, unknown> = {
    'a NUL character': { stray: 'a\0b' },
    'a lone surrogate': { stray: { deep: ['\ud800'] } },
    'a prototype key': { stray: JSON.parse('{"__proto__":{"admin":true}}') as unknown },
    'deep nesting': { stray: JSON.parse(`${'['.repeat(900)}${']'.repeat(900)}`) as unknown },
  }

  test(
    'a body above the limit is 413, one that is no object or is poisoned is 400, and nothing is written',
    {
      timeout: 120_000,
    },
    async () => {
      const before = await rowCounts(server.runtime)
      const big = Buffer.alloc(10 * 1024 * 1024, ' ')
      for (const op of guarded.filter(({ rest }) => rest.method !== 'get')) {
        const input = inputOf(op, ofA)
        const post = (sent: object): Promise<Answer> => call(server.url, op, { ...as('a', op), input, ...sent })
        // What takes more than this by design reads it, and finds no JSON.
        const told = (op.rest.maxBytes ?? 0) < big.length ? { status: 413, body: TOO_LARGE } : { status: 400 }
        expect(await post({ raw: big }), `by ${op.name}`).toMatchObject(told)
        for (const raw of ['[1]', '"x"', '7', 'null', '{"a":', '\ufffe']) {
          const answer = await post({ raw })
          expect(answer, `${op.name} ${raw}`).toMatchObject({ status: 400 })
          expectErrorBody(answer)
        }
        for (const [what, poison] of Object.entries(refusedEverywhere)) {
          const answer = await post({ input: { ...input, ...(poison as object) } })
          expect(answer, `${op.name} ${what}`).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
        }
      }
      expect(await rowCounts(server.runtime)).toEqual(before)
    },
  )

  /** Stops all others of the org: fuzzed last. */
  const stopping = operations.filter((op) => ['halt_start', 'agents_pause'].includes(op.name))
  const others = operations.filter((op) => !stopping.includes(op))

  /** One operation with well-formed input, of which a few fields are replaced. */
  const fuzzed = (ops: readonly Operation[]) =>
    fc.constantFrom(...ops).chain((op) => {
      const names = Object.keys(op.input.shape)
      const values = Object.fromEntries(names.map((name) => [name, hostileFor(name)]))
      const most = Math.min(3, names.length)
      const some: fc.Arbitrary<string[]> =
        most === 0 ? fc.constant([]) : fc.subarray(names, { minLength: 1, maxLength: most })
      return fc.record({ op: fc.constant(op), replaced: some, values: fc.record(values) })
    })

  test.each([
    ['', others, 600],
    [' by what stops an org', stopping, 40],
  ])(
    'is never a 5xx, is told in one shape, and writes nothing when refused%s',
    { timeout: 60_000 },
    async (_, ops, runs) => {
      let before = await rowCounts(server.runtime)
      const property = fc.asyncProperty(fuzzed(ops), async ({ op, replaced, values }) => {
        const bad = Object.fromEntries(replaced.map((name) => [name, (values as Known)[name]]))
        // Waiting for a pending approval takes as long as it was asked to; this one is running.
        const running = op.name === 'approvals_wait' ? { action_id: ofFuzzed['action_id'] } : {}
        const input = { ...inputOf(op, ofFuzzed), ...running, ...bad }
        const answer = await call(server.url, op, { ...as('fuzz', op), input, timeoutMs: 10_000 })
        const after = await rowCounts(server.runtime)
        const { status, text, body } = answer
        const shown = `${op.name} ${JSON.stringify(bad).slice(0, 400)}: ${status} ${text.slice(0, 400)}`
        // A blocked act is on record: that is the one refusal which writes.
        const mayWrite = status < 400 || body['code'] === 'blocked' || body['code'] === 'AGENT_NOT_REGISTERED'
        const written = mayWrite ? false : !isDeepStrictEqual(after, before)
        // The doctor answers 503 with a diagnosis: the org has lost its policies to an earlier call.
        const isAnswer = status < 400 || op.rest.statuses?.includes(status) === true
        expect({ shown, failed: status >= 500 && !isAnswer, told: isAnswer || isErrorBody(body), written }).toEqual({
          shown,
          failed: false,
          told: true,
          written: false,
        })
        before = after
      })
      await fc.assert(property, { numRuns: runs, interruptAfterTimeLimit: 30_000, endOnFailure: true })
    },
  )
})
