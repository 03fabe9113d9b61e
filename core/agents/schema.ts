import type { Selectable } from 'kysely'
import { z } from 'zod'
import { presenceAt, presences } from './presence.rules.ts'
import type { AgentConnectionTable, AgentPresenceTable, AgentTable } from './tables.ts'

/** They stand in logs, in messages to people and in files of hosts: nothing there may break a line or hide itself. */
export const AgentId = z
  .string()
  .min(1)
  .max(128)
  .refine((id) => !/\p{Cc}/u.test(id), { message: 'must not have control characters' })

export const Presence = z.object({
  status: z.enum(presences).describe('stale: no heartbeat for 2 minutes; offline: none for 10; unknown: never one'),
  last_heartbeat_at: z.iso.datetime().nullable(),
  current_task_id: z.string().nullable(),
})

const fields = {
  agent_id: z.string(),
  agent_name: z.string().nullable(),
  description: z.string().nullable(),
  action_count: z.int().describe('Actions recorded, from the daily sums'),
  last_active: z.iso.datetime().nullable().describe('Last heard of, to the minute'),
  first_seen_at: z.iso.datetime().nullable(),
  registered_at: z.iso.datetime().nullable(),
  paused: z.boolean(),
  presence: Presence,
  current_version_id: z.string().nullable(),
  version_count: z.int().describe('Number of the newest version; 0 without one'),
  fork_count: z.int(),
  parent_agent_id: z.string().nullable().describe('The agent that this one was forked from'),
}

export const Agent = z.object(fields).meta({ id: 'Agent' })
export type Agent = z.output<typeof Agent>

/** With what only a closer look shows. */
export const AgentDetail = z
  .object({
    ...fields,
    registered_by: z.string().nullable(),
    paused_at: z.iso.datetime().nullable(),
    paused_by: z.string().nullable(),
    pause_reason: z.string().nullable(),
    heartbeat_metadata: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AgentDetail' })
export type AgentDetail = z.output<typeof AgentDetail>

type Beat = Selectable<AgentPresenceTable>

/** An agent with its newest heartbeat and the sum of its actions. */
export type AgentRow = Selectable<AgentTable> & {
  readonly [K in 'status' | 'current_task_id' | 'metadata' | 'last_heartbeat_at']: Beat[K] | null
} & { readonly action_count: number | string }

export function agentToWire(row: AgentRow, now: Date): Agent {
  const { last_seen_at: acted, last_heartbeat_at: beat } = row
  const active = acted !== null && beat !== null ? new Date(Math.max(acted.getTime(), beat.getTime())) : (acted ?? beat)
  return {
    agent_id: row.agent_id,
    agent_name: row.agent_name,
    description: row.description,
    action_count: Number(row.action_count),
    last_active: active?.toISOString() ?? null,
    first_seen_at: row.first_seen_at?.toISOString() ?? null,
    registered_at: row.registered_at?.toISOString() ?? null,
    paused: row.paused_at !== null,
    presence: {
      status: presenceAt(row.status, beat, now),
      last_heartbeat_at: beat?.toISOString() ?? null,
      current_task_id: row.current_task_id,
    },
    current_version_id: row.current_version_id,
    version_count: row.version_count,
    fork_count: row.fork_count,
    parent_agent_id: row.parent_agent_id,
  }
}

export function agentToDetail(row: AgentRow, now: Date): AgentDetail {
  return {
    ...agentToWire(row, now),
    registered_by: row.registered_by,
    paused_at: row.paused_at?.toISOString() ?? null,
    paused_by: row.paused_by,
    pause_reason: row.pause_reason,
    heartbeat_metadata: row.metadata,
  }
}

export const Connection = z
  .object({
    agent_id: z.string(),
    name: z.string(),
    provider: z.string(),
    type: z.string().nullable(),
    status: z.string(),
    reported_at: z.iso.datetime(),
  })
  .meta({ id: 'AgentConnection' })
export type Connection = z.output<typeof Connection>

export function connectionToWire(row: Selectable<AgentConnectionTable>): Connection {
  const { org_id: _, ...rest } = row
  return { ...rest, reported_at: row.reported_at.toISOString() }
}
