import { afterAll, beforeAll, expect, test } from 'vitest'
import { documented } from './test-bodies.ts'
import { testAccounts, type TestAccounts } from './test-accounts.ts'

let accounts: TestAccounts
beforeAll(async () => {
  accounts = await testAccounts()
})
afterAll(() => accounts.close())

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${accounts.surface.base}${path}`, {
    method,
    headers: { ...accounts.surface.headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const newAgent = async (): Promise<{ id: string; version: string }> => {
  const { body } = await call('POST', '/agents', documented.supportAgent)
  return { id: String(body['id']), version: String(body['currentVersionId']) }
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)
const atOnce = <T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)))

async function historyOf(agent: string): Promise<{ id: string; number: number; parent: string | null }[]> {
  const rows = await accounts.runtime.db
    .selectFrom('agent_version')
    .select(['version_id', 'version_number', 'parent_version_id'])
    .where('agent_id', '=', agent)
    .orderBy('version_number')
    .execute()
  return rows.map((row) => ({ id: row.version_id, number: row.version_number, parent: row.parent_version_id }))
}

test('50 writers, forks and rollbacks of one agent at once: numbers without a gap, each from the one before', async () => {
  const { id, version } = await newAgent()
  const work = [
    (n: number) => call('POST', `/agents/${id}/versions`, { ...documented.version, prompt: `prompt ${n}` }),
    () => call('POST', `/agents/${id}/rollback`, { versionId: version }),
    (n: number) => call('POST', `/agents/${id}/fork`, { ...documented.fork, name: `Fork ${n}` }),
  ]
  const done = await atOnce(80, (n) => (work[n < 50 ? 0 : n < 65 ? 1 : 2] as (typeof work)[0])(n))
  expect(done.map(({ status }) => status)).toEqual(done.map(() => 201))
  const history = await historyOf(id)
  expect(history.map(({ number }) => number)).toEqual(upTo(66))
  expect(history.slice(1).map(({ parent }) => parent)).toEqual(history.slice(0, -1).map((one) => one.id))
  const told = done.slice(0, 65).map(({ body }) => Number(body['versionNumber']))
  expect(told.toSorted((a, b) => a - b)).toEqual(upTo(66).slice(1))
  const { body } = await call('GET', `/agents/${id}`)
  expect(body).toMatchObject({ forkCount: 15, currentVersionId: history.at(-1)?.id })
  const forks = done.slice(65).map((one) => (one.body['currentVersion'] as { parentVersionId: string }).parentVersionId)
  const known = new Set(history.map((one) => one.id))
  expect(forks.filter((parent) => !known.has(parent))).toEqual([])
})

test('of 20 callers who expect one version, one writes; the others are told that it is not current any more', async () => {
  const { id, version: expectedVersionId } = await newAgent()
  const paths = ['versions', 'rollback'] as const
  const done = await atOnce(20, (n) =>
    call('POST', `/agents/${id}/${paths[n % 2]}`, {
      expectedVersionId,
      ...(n % 2 === 0 ? { prompt: `p${n}` } : { versionId: expectedVersionId }),
    }),
  )
  expect(done.filter(({ status }) => status === 201)).toHaveLength(1)
  const refused = done.filter(({ status }) => status === 409)
  expect(refused).toHaveLength(19)
  for (const { body } of refused) expect(body).toMatchObject({ error: { code: 'CONFLICT' } })
  expect(await historyOf(id)).toHaveLength(2)
})

test('of 20 forks that expect a version and one writer of the next, none is of a version that nobody asked for', async () => {
  const { id, version: expectedVersionId } = await newAgent()
  const done = await atOnce(21, (n) =>
    n === 10
      ? call('POST', `/agents/${id}/versions`, documented.version)
      : call('POST', `/agents/${id}/fork`, { ...documented.fork, expectedVersionId }),
  )
  const made = done.filter(({ status, body }) => status === 201 && 'parentAgent' in body)
  for (const { body } of made) expect(body).toMatchObject({ currentVersion: { parentVersionId: expectedVersionId } })
  expect(made.length + done.filter(({ status }) => status === 409).length).toBe(20)
  expect((await call('GET', `/agents/${id}`)).body['forkCount']).toBe(made.length)
})

test('of 20 who start or cancel one task at once, one does; what the others are told is a conflict', async () => {
  const { id } = await newAgent()
  const task = String((await call('POST', '/tasks', documented.task(id))).body['id'])
  const started = await atOnce(20, () => call('PATCH', `/tasks/${task}`, { status: 'running' }))
  expect(new Set(started.map(({ status }) => status))).toEqual(new Set([200, 409]))
  expect(started.filter(({ status }) => status === 200)).toHaveLength(1)
  const ended = await atOnce(20, (n) =>
    call('PATCH', `/tasks/${task}`, { status: ['completed', 'failed', 'cancelled'][n % 3] }),
  )
  expect(ended.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(ended.filter(({ status }) => status === 409)).toHaveLength(19)
})
