export const FLEET_STATUSES = ['running', 'paused', 'stopped', 'error', 'stuck'] as const
export type FleetStatus = (typeof FLEET_STATUSES)[number]

export interface Signs {
  readonly paused_at: Date | null
  readonly reported_status: 'running' | 'stopped' | 'error' | 'idle' | null
  /** When its newest event came here; null of an agent that never sent one. */
  readonly last_received_at: Date | null
  /** When it last acted, to the minute. */
  readonly last_seen_at: Date | null
}

/**
 * What an agent is doing, by what is known of it. A pause stands over everything, since it is enforced; who said that
 * it stopped is not missed; silence is judged by our own clock. An agent without events runs while it acts.
 */
export function statusAt(signs: Signs, now: Date, stuckMs: number): FleetStatus {
  if (signs.paused_at !== null) return 'paused'
  const silent = (since: Date | null): boolean => since === null || now.getTime() - since.getTime() > stuckMs
  if (signs.last_received_at === null) return silent(signs.last_seen_at) ? 'stopped' : 'running'
  if (signs.reported_status === 'stopped') return 'stopped'
  if (silent(signs.last_received_at) && silent(signs.last_seen_at)) return 'stuck'
  return signs.reported_status === 'error' ? 'error' : 'running'
}
