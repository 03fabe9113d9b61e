import { stubServer, type StubServer } from '#core/testing/stub-server'
import { Writ } from '../client/index.ts'
import type { TestInstance } from '../test-instance.ts'

/** What a receiver on loopback needs. */
export const RECEIVES = { egress_allow: '127.0.0.1' }

/** Somebody who may do everything, over the API. */
export const personOf = ({ url, adminKey }: Pick<TestInstance, 'url' | 'adminKey'>): Writ =>
  new Writ({ baseUrl: url, apiKey: adminKey, agentId: 'person' })

const DAY_MS = 86_400_000

/** Answers as its path says: `/gone` 410, `/down` 503, anything else 200. */
export const receiver = (): Promise<StubServer> =>
  stubServer(({ path }, response) => {
    response.writeHead({ '/gone': 410, '/down': 503 }[path] ?? 200).end()
  })

/** A task that its agent has claimed; answers how to report on it. */
async function claimed(person: Writ, task: { agent_id: string; title: string; [field: string]: unknown }) {
  const { task: made } = await person.call('tasks_create', { priority: 'urgent', ...task })
  const { lease_token } = await person.call('tasks_claim', { agent_id: task.agent_id, lease_seconds: 3600 })
  if (lease_token === null) throw new Error(`${task.title} was not claimed.`)
  return { task_id: made.task_id, lease_token }
}

/** Tasks of every status on the board. */
export async function seedTasks(person: Writ): Promise<void> {
  const soon = new Date(Date.now() + 5 * 3_600_000).toISOString()
  const done = await claimed(person, {
    agent_id: 'deploy-bot',
    title: 'Roll out search 2.8.1',
    input: { service: 'search' },
  })
  await person.call('tasks_complete', { ...done, output: { released: 'search 2.8.1', minutes: 7, rolled_back: false } })
  const failed = await claimed(person, { agent_id: 'coder', title: 'Upgrade the payment SDK', max_attempts: 1 })
  await person.call('tasks_fail', { ...failed, reason: 'Two contract tests fail with the new version of the SDK.' })
  const again = { agent_id: 'coder', title: 'Find why the nightly export is slow', priority: 'high' }
  const lost = await claimed(person, { ...again, input: { report: 'nightly', since: '2026-01-04' } })
  await person.call('tasks_fail', { ...lost, reason: 'The database did not answer.' })
  const taken = await person.call('tasks_claim', { agent_id: 'coder', lease_seconds: 600 })
  const note = { progress: 35, progress_note: 'Reading the slow query log' }
  await person.call('tasks_extend', { task_id: lost.task_id, lease_token: taken.lease_token ?? '', ...note })
  const runs = await claimed(person, {
    agent_id: 'deploy-bot',
    title: 'Roll out checkout 4.2.0 to staging',
    deadline: soon,
  })
  await person.call('tasks_extend', { ...runs, progress: 64, progress_note: '7 of 11 pods are new' })
  const other = await person.call('tasks_create', {
    agent_id: 'builder',
    title: 'Build the documentation',
    priority: 'low',
  })
  await person.call('tasks_update', {
    task_id: other.task.task_id,
    status: 'cancelled',
    reason: 'Built by hand meanwhile.',
  })
  await person.call('policies_create', {
    name: 'Migrations need a person before they start',
    policy_type: 'condition',
    rules: { when: 'action_type == "task.run" && agent_id == "migrator"', action: 'require_approval' },
  })
  await person.call('tasks_create', {
    agent_id: 'migrator',
    title: 'Backfill orders.region from the addresses',
    priority: 'high',
  })
  await person.call('tasks_claim', { agent_id: 'migrator' })
  await person.call('tasks_create', {
    agent_id: 'deploy-bot',
    title: 'Rotate the certificates of the gateway',
    priority: 'urgent',
    deadline: soon,
  })
  await person.call('tasks_create', { agent_id: 'billing-agent', title: 'Close the books of last month' })
  await person.call('tasks_create', { agent_id: 'coder', title: 'Write the release notes of 4.2.0', priority: 'low' })
}

/** Two versions of an agent that share its work, each with a week of its own. */
export async function seedCanary(person: Writ): Promise<void> {
  const agent_id = 'deploy-bot'
  const { versions } = await person.call('agent_versions_list', { agent_id })
  const [next, stable] = versions.map(({ version_id: id }) => id)
  if (next === undefined || stable === undefined) throw new Error('The agent needs two versions.')
  const ended = (version_id: string, day: number, n: number, good: boolean) => ({
    type: 'task',
    agent_id,
    version_id,
    task: 'Roll out a release',
    timestamp: new Date(Date.now() - day * DAY_MS - n * 1000).toISOString(),
    outcome: good ? 'success' : 'failure',
    duration_ms: version_id === next ? 41_000 + 900 * n : 68_000 + 1500 * n,
    cost_usd: version_id === next ? 0.11 + 0.01 * (n % 3) : 0.17 + 0.02 * (n % 4),
    tokens_in: 9000 + 100 * n,
  })
  const events = Array.from({ length: 6 }, (_, day) => [
    ...Array.from({ length: 9 }, (_one, n) => ended(stable, day, n, n % 5 !== 0)),
    ended(next, day, 20, true),
    ended(next, day, 21, day !== 2),
  ]).flat()
  const { rejected } = await person.call('telemetry_collect', { events })
  if (rejected.length > 0) throw new Error(`Refused: ${rejected[0]?.error}`)
  const shares = [
    { version_id: stable, weight: 90 },
    { version_id: next, weight: 10 },
  ]
  await person.call('agent_versions_set_traffic', { agent_id, shares })
}

/** One that works, one whose receiver is down, one that was disabled; answers their ids in this order. */
export async function seedWebhooks(person: Writ, url: string): Promise<readonly string[]> {
  const made = [
    {
      url: `${url}/hooks/writ`,
      events: ['task.*', 'alert.raised'],
      description: 'The status page of the platform team',
    },
    { url: `${url}/down`, events: ['task.created'], description: 'Chat of the release managers' },
    { url: `${url}/gone`, events: ['task.created'] },
  ]
  const ids: string[] = []
  for (const one of made) ids.push((await person.call('webhooks_create', one)).webhook.webhook_id)
  return ids
}

/** All of it: webhooks first, so that there is something to deliver. */
export async function seedWork(person: Writ, url: string): Promise<readonly string[]> {
  const ids = await seedWebhooks(person, url)
  await seedTasks(person)
  await seedCanary(person)
  for (;;) {
    const { webhook } = await person.call('webhooks_get', { webhook_id: ids[2] ?? '' })
    if (webhook.state === 'disabled') return ids
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
