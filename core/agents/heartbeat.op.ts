import { sql, type Transaction } from 'kysely'
import { z } from 'zod'
import { emitEvents, eventHub } from '#core/events/index'
import { redactDeep, redactText } from '#core/scans/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { reported, STALE_MS, type Reported } from './presence.rules.ts'
import { AgentId } from './schema.ts'
import { seeAgent } from './see.ts'
import { speakerOf } from './speaker.ts'

const MAX_METADATA = 8192

export const heartbeat = operation({
  name: 'agents_heartbeat',
  title: 'Send a heartbeat',
  description: 'Tell that an agent is alive and what it is doing. The newest heartbeat stands, as a whole.',
  input: z.object({
    agent_id: AgentId.optional().describe('May be left away with a key bound to an agent'),
    agent_name: z.string().min(1).max(256).optional(),
    status: z.enum(reported).default('online'),
    current_task_id: z.string().max(128).optional(),
    metadata: z
      .record(z.string(), z.unknown())
      .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= MAX_METADATA, { message: 'must be at most 8 KiB' })
      .optional(),
  }),
  output: z.object({ status: z.literal('ok'), timestamp: z.iso.datetime() }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/agents/heartbeat' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const at = ctx.now()
    const beat: Beat = {
      agentId: speakerOf(ctx, input),
      agentName: cleaned(input.agent_name),
      status: input.status,
      taskId: cleaned(input.current_task_id),
      metadata: input.metadata === undefined ? null : JSON.stringify(redactDeep(input.metadata).value),
      at,
    }
    if (!(await repeated(ctx, beat))) {
      await transact(ctx.db, (trx) => changed(ctx, trx, beat))
      ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    }
    return { status: 'ok' as const, timestamp: at.toISOString() }
  },
})

interface Beat {
  readonly agentId: string
  readonly agentName: string | null
  readonly status: Reported
  readonly taskId: string | null
  /** JSON. */
  readonly metadata: string | null
  readonly at: Date
}

function cleaned(text: string | undefined): string | null {
  return text === undefined ? null : redactText(text).text
}

/**
 * The everyday heartbeat, which tells nothing new: one statement on one row, no event. False when something changes by
 * it, or the agent was silent for so long that it was taken for stale.
 */
async function repeated(ctx: Context, { agentId, agentName, status, taskId, metadata, at }: Beat): Promise<boolean> {
  const { orgId } = ctx.actor
  const { rows } = await sql`
    update agent_presence set
      metadata = case when last_heartbeat_at <= ${at} then ${metadata}::jsonb else metadata end,
      last_heartbeat_at = greatest(last_heartbeat_at, ${at}::timestamptz)
    where org_id = ${orgId} and agent_id = ${agentId}
      and status = ${status} and current_task_id is not distinct from ${taskId}
      and last_heartbeat_at > ${new Date(at.getTime() - STALE_MS)}
      and (${agentName}::text is null or exists (
        select 1 from agent
        where agent.org_id = ${orgId} and agent.agent_id = ${agentId}
          and (agent.agent_name = ${agentName} or (agent.registered_at is not null and agent.agent_name is not null))))
    returning agent_id`.execute(ctx.db)
  return rows.length > 0
}

/** One upsert decides: a heartbeat that is older than the one that stands changes nothing and is told to nobody. */
async function changed(ctx: Context, trx: Transaction<Database>, beat: Beat): Promise<void> {
  const { agentId, agentName, status, taskId, metadata, at } = beat
  const { orgId } = ctx.actor
  await seeAgent(ctx, trx, { agentId, agentName, at })
  const newest = await trx
    .insertInto('agent_presence')
    .values({ org_id: orgId, agent_id: agentId, status, current_task_id: taskId, metadata, last_heartbeat_at: at })
    .onConflict((conflict) =>
      conflict
        .columns(['org_id', 'agent_id'])
        .doUpdateSet((eb) => ({
          status: eb.ref('excluded.status'),
          current_task_id: eb.ref('excluded.current_task_id'),
          metadata: eb.ref('excluded.metadata'),
          last_heartbeat_at: eb.ref('excluded.last_heartbeat_at'),
        }))
        .whereRef('excluded.last_heartbeat_at', '>=', 'agent_presence.last_heartbeat_at'),
    )
    .returning('agent_id')
    .executeTakeFirst()
  if (!newest) return
  const payload = { agent_id: agentId, status, current_task_id: taskId, last_heartbeat_at: at.toISOString() }
  await emitEvents(trx, orgId, at, [{ name: 'agent.heartbeat', ref: agentId, payload }])
}
