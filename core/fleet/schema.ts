import { z } from 'zod'
import { FLEET_STATUSES, statusAt, type Signs } from './status.rules.ts'

const fields = {
  agent_id: z.string(),
  agent_name: z.string().nullable(),
  host: z.string().nullable().describe('The machine it last reported from'),
  status: z.enum(FLEET_STATUSES),
  last_heartbeat: z.iso
    .datetime()
    .nullable()
    .describe('Time of its newest event; never in the future, never backwards'),
  created_at: z.iso.datetime().describe('When it was first heard of or registered'),
  cost_usd: z.number().describe('Of all its events that have a price'),
  token_count: z.int(),
  error_count: z.int(),
  event_count: z.int(),
  unpriced_count: z.int().describe('Events with tokens whose price is not known'),
  current_version_id: z.string().nullable(),
  paused: z.boolean(),
}

export const FleetAgent = z.object(fields).meta({ id: 'FleetAgent' })
export type FleetAgent = z.output<typeof FleetAgent>

export interface FleetRow extends Signs {
  readonly agent_id: string
  readonly agent_name: string | null
  readonly host: string | null
  readonly first_seen_at: Date | null
  readonly registered_at: Date | null
  readonly last_event_at: Date | null
  readonly events: number | null
  readonly errors: number | null
  readonly tokens: number | null
  readonly cost_micros: number | null
  readonly unpriced: number | null
  readonly current_version_id: string | null
}

export function fleetToWire(row: FleetRow, now: Date, stuckMs: number): FleetAgent {
  const known = row.first_seen_at ?? row.registered_at ?? row.paused_at ?? now
  return {
    agent_id: row.agent_id,
    agent_name: row.agent_name,
    host: row.host,
    status: statusAt(row, now, stuckMs),
    last_heartbeat: (row.last_event_at ?? row.last_seen_at)?.toISOString() ?? null,
    created_at: known.toISOString(),
    cost_usd: (row.cost_micros ?? 0) / 1e6,
    token_count: row.tokens ?? 0,
    error_count: row.errors ?? 0,
    event_count: row.events ?? 0,
    unpriced_count: row.unpriced ?? 0,
    current_version_id: row.current_version_id,
    paused: row.paused_at !== null,
  }
}
