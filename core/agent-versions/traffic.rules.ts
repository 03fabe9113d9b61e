import { createHash } from 'node:crypto'

export interface Share {
  readonly version_id: string
  readonly weight: number
}

/**
 * The version that a key is served, always the same one: weighted rendezvous hashing (Schindelhauer and Schomaker 2005).
 * Every version draws a number from the key alone and the best one wins, so that a changed weight moves only as many
 * keys as it must.
 */
export function versionFor(shares: readonly Share[], key: string): string | null {
  let best: { readonly id: string; readonly score: number } | null = null
  for (const { version_id: id, weight } of shares) {
    const score = -weight / Math.log(drawn(key, id))
    if (best === null || score > best.score || (score === best.score && id < best.id)) best = { id, score }
  }
  return best?.id ?? null
}

/** Evenly spread over the open interval from 0 to 1. */
function drawn(key: string, versionId: string): number {
  const bytes = createHash('sha256').update(`${versionId}\0${key}`).digest()
  return (bytes.readUIntBE(0, 6) + 0.5) / 2 ** 48
}
