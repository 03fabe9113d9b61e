export interface Watched {
  readonly org_id: string
  readonly agent_id: string
  readonly last_received_at: Date
  readonly reported_status: string | null
  readonly last_seen_at: Date | null
  readonly paused_at: Date | null
}

/** An agent is looked at again after this at the latest: a threshold may be lowered, and a pause end. */
const RECHECK_MS = 60_000

export const heardAt = ({ last_received_at: received, last_seen_at: seen }: Watched): Date =>
  seen !== null && seen > received ? seen : received

/** When to look at the agent again; null when it is silent for too long. Who is paused or said that it stopped may be. */
export function nextLook(agent: Watched, now: Date, stuckMs: number): Date | null {
  const latest = now.getTime() + RECHECK_MS
  if (agent.paused_at !== null || agent.reported_status === 'stopped') return new Date(latest)
  const stuckAt = heardAt(agent).getTime() + stuckMs
  return stuckAt < now.getTime() ? null : new Date(Math.min(stuckAt + 1, latest))
}
