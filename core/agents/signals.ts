import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '../kernel/context.ts'
import { OFFLINE_MS } from './presence.rules.ts'
import type { AgentRow } from './schema.ts'

const HOUR = 3_600_000
/** An agent that was silent for longer has left rather than failed. */
const GONE_MS = 48 * HOUR
const LOST_DAYS = 7
const STALE_LOOP_DAYS = 7
const MAX_LOOKED_AT = 1000

export const AgentSignal = z
  .object({
    type: z.enum(['agent_paused', 'agent_silent', 'lost_confirmation', 'stale_loop']),
    severity: z.enum(['red', 'amber']),
    label: z.string(),
    detail: z.string(),
    agent_id: z.string(),
    detected_at: z.iso.datetime(),
  })
  .meta({ id: 'AgentSignal' })
type AgentSignal = z.output<typeof AgentSignal>

/** What is amiss with one agent now, as far as its pause, heartbeats, outcomes and loops tell. Red ones first. */
export async function signalsOf(ctx: Context, row: AgentRow, now: Date): Promise<AgentSignal[]> {
  const [lost, loops] = await Promise.all([lostOutcomes(ctx, row.agent_id, now), staleLoops(ctx, row.agent_id, now)])
  const found: (Omit<AgentSignal, 'agent_id' | 'detected_at'> | null)[] = [paused(row), silent(row, now), lost, loops]
  return found
    .flatMap((signal) => (signal ? [{ ...signal, agent_id: row.agent_id, detected_at: now.toISOString() }] : []))
    .toSorted((a, b) => Number(b.severity === 'red') - Number(a.severity === 'red'))
}

type Found = Omit<AgentSignal, 'agent_id' | 'detected_at'> | null

function paused({ paused_at, paused_by, pause_reason }: AgentRow): Found {
  if (paused_at === null) return null
  const detail = `By ${paused_by} since ${paused_at.toISOString()}: ${pause_reason ?? 'no reason given'}.`
  return { type: 'agent_paused', severity: 'amber', label: 'Paused', detail }
}

function silent({ status, current_task_id: task, last_heartbeat_at: beat }: AgentRow, now: Date): Found {
  if (beat === null) return null
  const since = now.getTime() - beat.getTime()
  if (since < OFFLINE_MS || since > GONE_MS || (status === 'offline' && task === null)) return null
  const detail = `Its last heartbeat came at ${beat.toISOString()}${task === null ? '' : `, at work on ${task}`}.`
  return { type: 'agent_silent', severity: task === null ? 'amber' : 'red', label: 'Silent', detail }
}

async function lostOutcomes(ctx: Context, agentId: string, now: Date): Promise<Found> {
  const { rows } = await sql<{ lost: string }>`
    select count(*) as lost from (
      select outcome_status from action_record
      where org_id = ${ctx.actor.orgId} and agent_id = ${agentId}
        and created_at >= ${new Date(now.getTime() - LOST_DAYS * 24 * HOUR)}
      order by created_at desc limit ${MAX_LOOKED_AT}
    ) as newest where outcome_status = 'lost_confirmation'`.execute(ctx.db)
  const lost = Number(rows[0]?.lost ?? 0)
  if (lost === 0) return null
  const detail = `${lost} of its latest actions, ${LOST_DAYS} days back, ended without a word about how.`
  return { type: 'lost_confirmation', severity: 'red', label: 'Lost outcomes', detail }
}

async function staleLoops(ctx: Context, agentId: string, now: Date): Promise<Found> {
  const { rows } = await sql<{ loops: string; pressing: boolean | null }>`
    select count(*) as loops, bool_or(priority in ('high', 'critical')) as pressing from (
      select priority from open_loop
      where org_id = ${ctx.actor.orgId} and agent_id = ${agentId} and status = 'open'
        and created_at < ${new Date(now.getTime() - STALE_LOOP_DAYS * 24 * HOUR)}
      order by created_at limit ${MAX_LOOKED_AT}
    ) as waiting`.execute(ctx.db)
  const loops = Number(rows[0]?.loops ?? 0)
  if (loops === 0) return null
  const detail = `${loops} of its loops are open for more than ${STALE_LOOP_DAYS} days.`
  return { type: 'stale_loop', severity: rows[0]?.pressing ? 'red' : 'amber', label: 'Stale loops', detail }
}
