import { agentKey, call } from './api.ts'
import type { Engine } from './databases.ts'
import { mostRow, percentile, type Row } from './rows.ts'
import { openWaiter, type Waiter } from './sse-client.ts'
import { writServer, type WritServer } from './writ-server.ts'

export interface WakingPlan {
  readonly engine: Engine
  /** Approvals decided one after another with one waiting client. */
  readonly approvals: number
  readonly clients: number
}

/**
 * From an approval to the clients that wait for it. The clock starts at `decided_at`, which the server takes before it
 * commits: the figures contain the commit itself, so they are upper bounds of "committed until told".
 */
export async function wakingSection({ engine, approvals, clients }: WakingPlan): Promise<Row[]> {
  const server = await writServer(engine, { env: { WRIT_LOG_LEVEL: 'error' } })
  try {
    const rules = { action_types: ['deploy'] }
    const policy = { name: 'Deploys are approved', policy_type: 'require_approval', rules }
    await call(server.url, server.adminKey, '/api/policies', policy)
    const agent = await agentKey(server.url, server.adminKey)
    const one = await openWaiter(server.url, agent)
    // The first ones meet code that is not compiled yet.
    for (let n = 0; n < approvals / 5; n += 1) await decideOne(server, agent, [one])
    const single: number[] = []
    for (let n = 0; n < approvals; n += 1) single.push(...(await decideOne(server, agent, [one])))
    one.close()
    const many: Waiter[] = []
    while (many.length < clients) {
      const next = Math.min(50, clients - many.length)
      many.push(...(await Promise.all(Array.from({ length: next }, () => openWaiter(server.url, agent)))))
    }
    const worst: number[] = []
    for (let n = 0; n < 5; n += 1) worst.push(Math.max(...(await decideOne(server, agent, many))))
    for (const waiter of many) waiter.close()
    return [
      mostRow(
        `approval committed to told, one client, p50 of ${approvals} (${engine})`,
        percentile(single, 0.5),
        15,
        'ms',
      ),
      mostRow(`the same, the last of ${clients} clients, median of 5 (${engine})`, percentile(worst, 0.5), 150, 'ms'),
    ]
  } finally {
    await server.remove()
  }
}

let acts = 0

/** Milliseconds from the decision until each waiter was told of it. */
async function decideOne({ url, adminKey }: WritServer, agent: string, waiters: readonly Waiter[]): Promise<number[]> {
  const act = { action_type: 'deploy', agent_id: 'agent-1', declared_goal: `deploy ${(acts += 1)}` }
  const { action_id: id } = await call<{ action_id: string }>(url, agent, '/api/actions', act)
  // The row as it is once approved: told after the commit, never before.
  const told = waiters.map((waiter) => waiter.told(new RegExp(`"action_id":"${id}"[^\\n]*"approved_by":"`)))
  const decided = await call<{ action: Record<string, unknown> }>(url, adminKey, `/api/approvals/${id}`, {
    decision: 'allow',
  })
  const at = Date.parse(String(decided.action['approved_at'])) - performance.timeOrigin
  return (await Promise.all(told)).map((when) => when - at)
}
