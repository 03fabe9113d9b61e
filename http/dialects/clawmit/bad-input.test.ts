import { afterAll, beforeAll, test } from 'vitest'
import { brokenBodies, Raw, refuseAll, type Bad } from '../../test-refusals.ts'
import { documented } from './test-bodies.ts'
import { testAccounts, type TestAccounts } from './test-accounts.ts'

let accounts: TestAccounts
beforeAll(async () => {
  accounts = await testAccounts()
})
afterAll(() => accounts.close())

type Change = readonly [name: string, change: unknown, says: string, status?: number]

/** The same request with one thing wrong each time. */
const changed = (request: string, good: object, changes: readonly Change[]): Bad[] =>
  changes.map(([name, change, says, status = 400]) => ({
    name,
    request,
    body: change instanceof Raw ? change : { ...good, ...(change as object) },
    status,
    says,
  }))
const of = (request: string, status: number, says = ''): Bad => ({ name: request, request, status, says })
const id = (name: string): string => accounts.id(name)
const refused = (rows: readonly Bad[]): Promise<void> => refuseAll(accounts.runtime, accounts.surface, rows)
const MEGABYTE = 'y'.repeat(1_000_000)

test('agents and forks', async () => {
  const agent = `/agents/${id('mine.agent')}`
  const long = 'x'.repeat(300)
  await refused([
    ...brokenBodies('POST /agents', documented.agent, 'config'),
    ...changed('POST /agents', documented.agent, [
      ['no name', { name: undefined }, 'name'],
      ['an empty name', { name: '' }, 'name'],
      ['a long name', { name: long }, 'name'],
      ['no prompt', { prompt: undefined }, 'prompt'],
      ['a prompt of null', { prompt: null }, 'prompt'],
      ['a prompt that is a number', { prompt: 5 }, 'prompt'],
      ['a long prompt', { prompt: 'x'.repeat(200_001) }, 'prompt'],
      ['tools that are a text', { tools: 'github' }, 'tools'],
      ['a tool without a name', { tools: [{ description: 'x' }] }, 'tools.0.name'],
      ['a tool twice', { tools: [{ name: 'a' }, { name: 'a' }] }, 'tools'],
      ['501 tools', { tools: Array.from({ length: 501 }, (_, n) => ({ name: `t${n}` })) }, 'tools'],
      ['config that is a list', { config: [1] }, 'config'],
      ['a megabyte of config', { config: { x: MEGABYTE } }, 'config'],
      ['a description that is none', { description: { a: 1 } }, 'description'],
    ]),
    ...['page=0', 'page=-1', 'page=abc', 'page=1.5', 'page=1000000'].map((query) =>
      of(`GET /agents?${query}`, 400, 'page'),
    ),
    ...['limit=0', 'limit=101', 'limit=1e9', 'limit=NaN'].map((query) => of(`GET /agents?${query}`, 400, 'limit')),
    of('GET /agents/agent_none', 404),
    of(`GET /agents/${id('theirs.agent')}`, 404),
    of(`GET /agents/${long}`, 400),
    of('GET /agents/%00', 400, 'NUL'),
    of('GET /agents/%E0%A4%A', 400, 'path'),
    of('GET /agents/a%2F..%2Fb', 404),
    of(`GET /agents/${id('theirs.agent')}/lineage`, 404),
    of(`PUT ${agent}`, 405, 'GET'),
    of('DELETE /agents', 405, 'POST'),
    ...changed(`POST ${agent}/fork`, documented.fork, [
      ['no type', { forkType: undefined }, 'forkType'],
      ['an unknown type', { forkType: 'merge' }, 'forkType'],
      ['no name', { name: undefined }, 'name'],
      ['a clone with another prompt', { forkType: 'exact_clone' }, 'prompt'],
      ['another prompt with other tools', { tools: [] }, 'tools'],
      ['other tools with another prompt', { forkType: 'tool_mutation' }, 'prompt'],
      ['a version of another agent', { versionId: id('mine.stranger') }, '', 404],
      ['a version of another account', { versionId: id('theirs.one') }, '', 404],
      ['an agent as its own fork', { new_agent_id: id('mine.agent') }, 'exists', 409],
      ['an agent that is there', { new_agent_id: id('mine.neighbour') }, 'exists', 409],
      ['an id with a line', { new_agent_id: 'a\nb' }, 'newAgentId'],
      ['a stale version', { expected_version_id: id('mine.one') }, '', 409],
    ]),
    ...changed(`POST /agents/${id('theirs.agent')}/fork`, documented.fork, [['of another account', {}, '', 404]]),
  ])
})

test('versions', async () => {
  const [agent, one, two] = [`/agents/${id('mine.agent')}`, id('mine.one'), id('mine.two')]
  const compared = (from: string, to: string, status: number, says = ''): Bad =>
    of(`GET ${agent}/versions/compare?from=${from}&to=${to}`, status, says)
  await refused([
    ...brokenBodies(`POST ${agent}/versions`, documented.version, 'tools'),
    ...changed(`POST ${agent}/versions`, documented.version, [
      ['config that is a text', { config: 'hot' }, 'config'],
      ['a message that is none', { commitMessage: 5 }, 'commitMessage'],
      ['an empty message', { commitMessage: '' }, 'commitMessage'],
      ['a stale version', { expectedVersionId: one }, '', 409],
      ['a megabyte of config', { config: { x: MEGABYTE } }, 'config'],
      ['a number without end', new Raw('{"prompt":1e999}'), 'prompt'],
    ]),
    ...changed(`POST /agents/${id('theirs.agent')}/versions`, documented.version, [
      ['of another account', {}, '', 404],
    ]),
    of(`GET /agents/${id('theirs.agent')}/versions`, 404),
    of(`GET ${agent}/versions?limit=1000`, 400, 'limit'),
    of(`GET ${agent}/versions/compare`, 400, 'from'),
    of(`GET ${agent}/versions/compare?from=${one}`, 400, 'to'),
    compared(id('mine.stranger'), two, 404),
    compared(one, id('mine.stranger'), 404),
    compared(id('theirs.one'), two, 404),
    compared('ver_none', two, 404),
    compared('0', '1', 404),
    compared('-1', '1', 404),
    compared('1', '99999999999999999999', 404),
    compared('%00', '1', 400, 'NUL'),
    of(`GET /agents/${id('theirs.agent')}/versions/compare?from=1&to=2`, 404),
    ...changed(`POST ${agent}/rollback`, {}, [
      ['no version', {}, 'versionId'],
      ['a version that is a number', { versionId: 1 }, 'versionId'],
      ['an unknown version', { versionId: 'ver_none' }, '', 404],
      ['a version of another agent', { versionId: id('mine.stranger') }, '', 404],
      ['a version of another account', { versionId: id('theirs.one') }, '', 404],
      ['a stale version', { versionId: one, expected_version_id: one }, '', 409],
    ]),
  ])
})

test('tasks', async () => {
  const task = documented.task(id('mine.agent'), id('mine.one'))
  const [queued, done] = [`PATCH /tasks/${id('mine.queued')}`, `PATCH /tasks/${id('mine.done')}`]
  await refused([
    ...brokenBodies('POST /tasks', task, 'input'),
    ...changed('POST /tasks', task, [
      ['no agent', { agentId: undefined }, 'agentId'],
      ['an unknown agent', { agentId: 'agent_none' }, '', 404],
      ['an agent of another account', { agentId: id('theirs.agent') }, '', 404],
      ['a version of another agent', { versionId: id('mine.stranger') }, '', 404],
      ['a version of another account', { versionId: id('theirs.one') }, '', 404],
      ['no title', { title: undefined }, 'title'],
      ['an empty title', { title: '' }, 'title'],
      ['an unknown priority', { priority: 'asap' }, 'urgent'],
      ['input that is a text', { input: 'x' }, 'input'],
      ['1.1 megabytes of input', { input: { x: 'y'.repeat(1_100_000) } }, 'input'],
      ['a deadline that is past', { deadline: '2020-01-01T00:00:00Z' }, 'deadline'],
    ]),
    of('GET /tasks?status=asleep', 400, 'status'),
    of('GET /tasks?page=0', 400, 'page'),
    of('GET /tasks/task_none', 404),
    of(`GET /tasks/${id('theirs.queued')}`, 404),
    ...changed(queued, {}, [
      ['nothing to change', {}, 'status'],
      ['an unknown status', { status: 'asleep' }, 'status'],
      ['a status that is a number', { status: 1 }, 'status'],
      ['output that is a list', { output: [] }, 'output'],
      ['done before it ran', { status: 'completed' }, 'running, cancelled', 409],
      ['failed before it ran', { status: 'failed' }, 'running, cancelled', 409],
      ['more than done', { progress: 101 }, 'progress'],
    ]),
    ...['queued', 'running', 'failed', 'cancelled', 'completed'].map((status) => ({
      ...of(done, 409, 'completed'),
      name: `${status} after its end`,
      body: { status },
    })),
    { ...of(done, 409, 'completed'), body: { output: { x: 1 } } },
    { ...of(`PATCH /tasks/${id('theirs.queued')}`, 404), body: { status: 'running' } },
  ])
})

const PRIVATE =
  '127.0.0.1 10.0.0.5 172.16.0.1 192.168.1.1 169.254.169.254 0.0.0.0 100.64.0.1 2130706433 0x7f000001 127.1 ' +
  '[::1] [::ffff:127.0.0.1] [fd00::1] [fe80::1] localhost a.localhost db.internal tv.local'

test('webhooks, keys and accounts', async () => {
  const hook = documented.webhook
  const register = 'POST /auth/register'
  const person = { email: 'new@example.com', password: 'a-secure-password' }
  await refused([
    ...brokenBodies('POST /webhooks', hook, 'more'),
    ...PRIVATE.split(' ').map((host) => ({
      name: host,
      request: 'POST /webhooks',
      body: { ...hook, url: `https://${host}/x` },
      status: 400,
      says: 'url',
    })),
    ...['http://example.com/x', 'file:///etc/passwd', 'ftp://example.com', 'https://', 'x', ''].map((url) => ({
      ...of('POST /webhooks', 400, 'url'),
      name: url,
      body: { ...hook, url },
    })),
    ...changed('POST /webhooks', hook, [
      ['a password in the address', { url: 'https://a:b@example.com/x' }, 'url'],
      ['no events', { events: [] }, 'events'],
      ['an unknown event', { events: ['org.halted'] }, 'events.0'],
      ['all events of Writ', { events: ['*'] }, 'events.0'],
      ['51 events', { events: Array.from({ length: 51 }, () => 'task.failed') }, 'events'],
    ]),
    of('DELETE /webhooks/hook_none', 404),
    of(`DELETE /webhooks/${id('theirs.hook')}`, 404),
    ...changed('POST /api-keys', documented.key, [
      ['no name', { name: '' }, 'name'],
      ['no scopes', { scopes: [] }, 'scopes'],
      ['scopes left away', { scopes: undefined }, 'scopes'],
      ['an unknown scope', { scopes: ['all'] }, 'scopes.0'],
      ['a scope of Writ', { scopes: ['keys:write'] }, 'scopes.0'],
    ]),
    of('DELETE /api-keys/key_none', 404),
    of(`DELETE /api-keys/${id('theirs.key')}`, 404),
    ...changed(register, person, [
      ['no address', { email: undefined }, 'email'],
      ['an address that is none', { email: 'you' }, 'email'],
      ['a weak password', { password: 'short' }, 'password'],
      ['a password that is a list', { password: ['x'] }, 'password'],
      ['a password of 100,000 characters', { password: 'x'.repeat(100_000) }, 'password'],
      ['NUL in the password', { password: 'a-secure-\0-password' }, 'password'],
    ]),
    ...changed('POST /auth/login', person, [
      ['nobody', {}, '', 401],
      ['no password', { password: undefined }, 'password'],
    ]),
    { ...of('GET /agents', 401), headers: { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' } },
    { ...of('GET /agents', 401), headers: { authorization: `Bearer ${'x'.repeat(5000)}` } },
    { ...of('GET /agents', 401), headers: { authorization: '' } },
  ])
})
