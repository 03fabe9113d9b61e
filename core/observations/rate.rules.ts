/**
 * A window is counted in sixtieths. The ring holds one bucket more than the window needs, so that a call is
 * forgotten up to a sixtieth late and never early: no true sliding window ever holds more than was let through.
 */
const STEPS = 60
export const RING = STEPS + 1

/** Length of one bucket in milliseconds. */
export function stepOf(windowSeconds: number): number {
  return Math.ceil((windowSeconds * 1000) / STEPS)
}

export function bucketOf(windowSeconds: number, at: Date): number {
  return Math.floor(at.getTime() / stepOf(windowSeconds))
}

/** When a counter is dead for sure; moves once per window, as the column is indexed. */
export function deadAt(windowSeconds: number, at: Date): Date {
  const window = windowSeconds * 1000
  return new Date((Math.floor(at.getTime() / window) + 3) * window)
}

/** What a stored ring says at `at`, without touching it. */
export function countedAt(ring: { readonly head: number; readonly counts: readonly number[] }, bucket: number): number {
  const behind = ring.head - bucket
  // A ring that lies a whole window ahead was written by a clock that has since been set back.
  if (behind > RING) return 0
  const gone = Math.min(RING, Math.max(0, -behind))
  return ring.counts.slice(gone).reduce((sum, count) => sum + count, 0)
}
