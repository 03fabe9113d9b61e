import { resource } from '../kernel/runtime.ts'
import type { Judgement } from './semantic.rules.ts'

const KEPT_MS = 10 * 60_000
const MAX_KEPT = 2000

/** The last judgements, the longest unused dropped first. */
export class JudgementCache {
  readonly #kept = new Map<string, { judgement: Judgement; until: number }>()

  get(key: string, at: Date): Judgement | undefined {
    const entry = this.#kept.get(key)
    if (!entry) return undefined
    this.#kept.delete(key)
    if (entry.until <= at.getTime()) return undefined
    this.#kept.set(key, entry)
    return entry.judgement
  }

  put(key: string, judgement: Judgement, at: Date): void {
    this.#kept.delete(key)
    this.#kept.set(key, { judgement, until: at.getTime() + KEPT_MS })
    if (this.#kept.size <= MAX_KEPT) return
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined) this.#kept.delete(oldest)
  }

  get size(): number {
    return this.#kept.size
  }
}

export const judgements = resource<JudgementCache>({
  name: 'observations.judgements',
  open: () => new JudgementCache(),
})
