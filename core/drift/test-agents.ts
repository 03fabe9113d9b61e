import { invoke } from '#core/kernel/invoke'
import { collect } from '#core/telemetry/collect.op'
import type { Context } from '../kernel/context.ts'

const DAY = 86_400_000

export interface Doing {
  readonly daysAgo: number
  readonly tasks: number
  readonly durationMs: number
  readonly versionId?: string
  readonly agentId?: string
}

/** Tasks of one day, whose durations spread by a few percent around the one that is given. */
export async function did(
  ctx: Context,
  { daysAgo, tasks, durationMs, versionId, agentId = 'a1' }: Doing,
): Promise<void> {
  const timestamp = new Date(ctx.now().getTime() - daysAgo * DAY).toISOString()
  const events = Array.from({ length: tasks }, (_, n) => ({
    type: 'task',
    agent_id: agentId,
    task: 'resolve',
    outcome: n % 10 === 0 ? 'failure' : 'success',
    cost_usd: 0.04 + (n % 7) / 1000,
    duration_ms: Math.round(durationMs * (0.9 + (n % 11) / 50)),
    timestamp,
    ...(versionId === undefined ? {} : { version_id: versionId }),
  }))
  await invoke(collect, ctx, { events })
}

/** An agent that worked steadily three weeks ago, and takes so many times as long since. */
export async function slowed(ctx: Context, times: number): Promise<void> {
  for (const daysAgo of [21, 20, 19]) await did(ctx, { daysAgo, tasks: 50, durationMs: 1000 })
  await did(ctx, { daysAgo: 1, tasks: 100, durationMs: 1000 * times })
}
