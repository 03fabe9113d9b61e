import { expect } from 'vitest'
import type { Runtime } from '#core/kernel/runtime'
import type { Surface } from '../../test-refusals.ts'
import { documented } from './test-bodies.ts'
import { str, testClient, type TestClient } from './test-client.ts'

/** Two accounts, `mine` and `theirs`, that have one of everything. */
export interface TestAccounts {
  readonly runtime: Runtime
  /** As the account `mine`. */
  readonly surface: Surface
  /** `mine.agent`: with the versions `one` and `two`; `stranger` is a version of the `neighbour`. */
  id(name: string): string
  close(): Promise<void>
}

export async function testAccounts(): Promise<TestAccounts> {
  const client = await testClient()
  const known = { ...(await populate(client, 'theirs')), ...(await populate(client, 'mine')) }
  await liftLimits(client, known['mine.agent'] ?? '')
  return {
    runtime: client.server.runtime,
    surface: {
      name: 'Clawmit',
      base: `${client.server.url}/clawmit/api`,
      headers: { authorization: `Bearer ${known['mine.token']}` },
      words,
    },
    id(name) {
      const found = known[name]
      if (found === undefined) throw new Error(`There is no ${name}.`)
      return found
    },
    close: () => client.close(),
  }
}

async function populate(client: TestClient, mark: string): Promise<Record<string, string>> {
  const person = { ...documented.person, email: `${mark}@example.com` }
  await client.call('POST', '/auth/register', person)
  client.token = str((await client.call('POST', '/auth/login', person)).body['token'])
  const known: Record<string, string> = { [`${mark}.token`]: client.token }
  const made = async (name: string, path: string, body: unknown): Promise<string> =>
    (known[`${mark}.${name}`] = str((await client.call('POST', path, body)).body['id']))
  const versionOf = async (agent: string) =>
    str((await client.call('GET', `/agents/${agent}`)).body['currentVersionId'])
  const agent = await made('agent', '/agents', documented.agent)
  known[`${mark}.one`] = await versionOf(agent)
  await made('two', `/agents/${agent}/versions`, documented.version)
  known[`${mark}.stranger`] = await versionOf(await made('neighbour', '/agents', documented.firstAgent))
  await made('queued', '/tasks', documented.task(agent))
  const done = await made('done', '/tasks', documented.task(agent))
  for (const status of ['running', 'completed']) await client.call('PATCH', `/tasks/${done}`, { status })
  await made('hook', '/webhooks', documented.webhook)
  await made('key', '/api-keys', documented.key)
  return known
}

/** The limits of the document would end these tests: the org of an agent has none. */
async function liftLimits({ server }: TestClient, agentId: string): Promise<void> {
  const { db } = server.runtime
  const ofAgent = db.selectFrom('agent').select('org_id').where('agent_id', '=', agentId)
  const { org_id: orgId } = await ofAgent.executeTakeFirstOrThrow()
  const response = await fetch(`${server.url}/api/settings`, {
    method: 'PATCH',
    headers: { 'x-api-key': await server.key({}, orgId), 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { clawmit_requests_per_minute: 0, clawmit_requests_per_day: 0 } }),
  })
  if (response.status !== 200) throw new Error(await response.text())
}

const CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  429: 'RATE_LIMITED',
}

/** The shape that the document has for an error, with the code that it has for the status. */
function words(body: unknown, status: number): string {
  const text: unknown = expect.any(String)
  const { error } = body as { error: { message: string; details?: { field: string; message: string }[] } }
  const details =
    error.details === undefined ? {} : { details: error.details.map(() => ({ field: text, message: text })) }
  const code = CODES[status] ?? 'VALIDATION_ERROR'
  expect(body).toEqual({ error: { code, message: text, requestId: expect.stringMatching(/^req_/), ...details } })
  return [error.message, ...(error.details ?? []).map(({ field, message }) => `${field}: ${message}`)].join('; ')
}
