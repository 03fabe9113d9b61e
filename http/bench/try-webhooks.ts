/**
 * `npm run try:webhooks [embedded|postgres]`: some 10,000 deliveries from a server of its own to six receivers that
 * misbehave, each in its own way, while the server is killed with SIGKILL twice. Prints what was lost and what came twice.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import type { Engine } from './databases.ts'
import { writServer, type WritServer } from './writ-server.ts'

const TASKS = 1667
const CALLERS = 16
const GIVE_UP_MS = 10 * 60_000

type Bad = (response: ServerResponse, request: IncomingMessage) => void

/** How each receiver misbehaves, for which share of its deliveries and on how many of their first tries. */
const habits: Readonly<Record<string, { readonly bad: Bad; readonly share: number; readonly tries: number }>> = {
  'times out': { bad: () => undefined, share: 0.03, tries: 1 },
  'redirects (302)': {
    bad: (response) => response.writeHead(302, { location: '/other' }).end(),
    share: 0.1,
    tries: 2,
  },
  'answers 410': { bad: (response) => response.writeHead(410).end(), share: 0.002, tries: 1 },
  'answers 429': {
    bad: (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
    share: 0.01,
    tries: 1,
  },
  'resets the connection': { bad: (_response, request) => request.socket.resetAndDestroy(), share: 0.1, tries: 2 },
  'accepts the third time': { bad: (response) => response.writeHead(503).end(), share: 0.2, tries: 2 },
}

interface Receiver {
  readonly habit: string
  readonly url: string
  /** By task: ids under which it was accepted, once per time. */
  readonly accepted: Map<string, string[]>
  secret: string
  webhookId: string
  refused: number
  forged: number
  close(): void
}

async function startReceiver(habit: string): Promise<Receiver> {
  const how = habits[habit]
  if (!how) throw new Error(`no habit ${habit}`)
  const seen = new Map<string, number>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const id = String(request.headers['webhook-id'])
      const nth = (seen.get(id) ?? 0) + 1
      seen.set(id, nth)
      if (nth <= how.tries && Number.parseInt(id.slice(-6), 16) / 0xff_ff_ff < how.share) {
        self.refused += 1
        how.bad(response, request)
        return
      }
      accept(self, request, Buffer.concat(chunks).toString('utf8'), id)
      response.end()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const self: Receiver = {
    habit,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    accepted: new Map(),
    secret: '',
    webhookId: '',
    refused: 0,
    forged: 0,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return self
}

function accept(receiver: Receiver, { headers }: IncomingMessage, body: string, id: string): void {
  try {
    new Webhook(receiver.secret).verify(body, headers as Record<string, string>)
  } catch {
    receiver.forged += 1
  }
  const { data } = JSON.parse(body) as { data: { task_id: string } }
  receiver.accepted.set(data.task_id, [...(receiver.accepted.get(data.task_id) ?? []), id])
}

async function call<T>(server: WritServer, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(server.url + path, {
    method,
    headers: { 'x-api-key': server.adminKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

async function subscribe(server: WritServer, receiver: Receiver): Promise<void> {
  const sent = { url: receiver.url, events: ['task.created'] }
  const made = await call<{ webhook: { webhook_id: string }; secret: string }>(server, 'POST', '/api/webhooks', sent)
  receiver.secret = made.secret
  receiver.webhookId = made.webhook.webhook_id
}

async function createTasks(server: WritServer): Promise<readonly string[]> {
  await call(server, 'POST', '/api/agents', { agent_id: 'worker' })
  const ids: string[] = []
  let next = 0
  const caller = async (): Promise<void> => {
    while (next < TASKS) {
      next += 1
      const body = { agent_id: 'worker', title: `Task ${next}` }
      ids.push((await call<{ task: { task_id: string } }>(server, 'POST', '/api/tasks', body)).task.task_id)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return ids
}

const acceptedBy = (receivers: readonly Receiver[]): number =>
  receivers.reduce((sum, { accepted }) => sum + accepted.size, 0)

/** Waits until everything arrived, killing the server when a third and two thirds have. */
async function watch(server: WritServer, receivers: readonly Receiver[], wanted: number): Promise<void> {
  const kills = [wanted / 3, (2 * wanted) / 3]
  const end = performance.now() + GIVE_UP_MS
  while (acceptedBy(receivers) < wanted && performance.now() < end) {
    const due = kills[0]
    if (due !== undefined && acceptedBy(receivers) >= due) {
      kills.shift()
      process.stdout.write(`kill -9 after ${acceptedBy(receivers)} deliveries\n`)
      await server.restartKilled()
    }
    await revive(server, receivers)
    await sleep(200)
  }
}

/** A person looks at a webhook that was disabled and sets it active again. */
async function revive(server: WritServer, receivers: readonly Receiver[]): Promise<void> {
  const { webhooks } = await call<{ webhooks: { webhook_id: string; active: boolean }[] }>(
    server,
    'GET',
    '/api/webhooks',
  )
  for (const { webhook_id: id, active } of webhooks) {
    if (active) continue
    const { habit } = receivers.find(({ webhookId }) => webhookId === id) ?? { habit: id }
    process.stdout.write(`the webhook that ${habit} was disabled; set active again\n`)
    await call(server, 'PATCH', `/api/webhooks/${id}`, { active: true })
  }
}

function report(receivers: readonly Receiver[], tasks: readonly string[]): boolean {
  let [lost, duplicates, foreign, forged] = [0, 0, 0, 0]
  for (const { habit, accepted, refused, forged: bad } of receivers) {
    const missing = tasks.filter((id) => !accepted.has(id)).length
    const twice = [...accepted.values()].filter((ids) => ids.length > 1)
    const other = twice.filter((ids) => new Set(ids).size > 1).length
    process.stdout.write(
      `${habit.padEnd(24)} accepted ${accepted.size}, refused ${refused}, lost ${missing}, duplicates ${twice.length}\n`,
    )
    lost += missing
    duplicates += twice.length
    foreign += other
    forged += bad
  }
  const total = receivers.length * tasks.length
  process.stdout.write(
    `${total} deliveries: lost ${lost}, duplicates ${duplicates} (with another id: ${foreign}), bad signatures ${forged}\n`,
  )
  return lost === 0 && foreign === 0 && forged === 0
}

const engine: Engine = process.argv[2] === 'postgres' ? 'postgres' : 'embedded'
const env = { WRIT_EGRESS_ALLOW: '127.0.0.1', WRIT_WEBHOOK_TIMEOUT_MS: '500', WRIT_WEBHOOK_RETRY_MS: '200' }
const server = await writServer(engine, { env })
const receivers = await Promise.all(Object.keys(habits).map(startReceiver))
try {
  for (const receiver of receivers) await subscribe(server, receiver)
  const tasks = await createTasks(server)
  await watch(server, receivers, receivers.length * tasks.length)
  process.exitCode = report(receivers, tasks) ? 0 : 1
} finally {
  await server.remove()
  for (const receiver of receivers) receiver.close()
}
