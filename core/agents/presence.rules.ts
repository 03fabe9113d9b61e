/** What an agent can say of itself. */
export const reported = ['online', 'offline', 'idle', 'busy', 'stale'] as const
export type Reported = (typeof reported)[number]

/** `unknown`: it never sent a heartbeat, which those that only ask and record never do. */
export const presences = [...reported, 'unknown'] as const
export type PresenceStatus = (typeof presences)[number]

/** Four heartbeats missed at one in 30 seconds. */
export const STALE_MS = 2 * 60_000
export const OFFLINE_MS = 10 * 60_000

/** What the newest heartbeat is worth now: an agent that falls silent can no longer say so. */
export function presenceAt(status: Reported | null, beat: Date | null, now: Date): PresenceStatus {
  if (status === null || beat === null) return 'unknown'
  const silent = now.getTime() - beat.getTime()
  if (status === 'offline' || silent >= OFFLINE_MS) return 'offline'
  return silent >= STALE_MS ? 'stale' : status
}
