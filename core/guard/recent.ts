import { resource, type Runtime } from '../kernel/runtime.ts'
import { countedIn, type Linked } from './counted.rules.ts'
import type { Decided } from './decide.ts'

const WINDOW_MS = 15 * 60_000
const MAX = 20_000

/** Guard decisions of the last minutes by org and act, so that the action made from one is not counted again. */
class RecentDecisions {
  readonly #byAct = new Map<string, Linked & { readonly at: number }>()

  remember(key: string, decision: Linked & { readonly at: number }): void {
    if (this.#byAct.size >= MAX) {
      const oldest = this.#byAct.keys().next().value
      if (oldest !== undefined) this.#byAct.delete(oldest)
    }
    this.#byAct.delete(key)
    this.#byAct.set(key, decision)
  }

  /** Hands a decision out once. */
  take(key: string, now: number): Linked | null {
    const found = this.#byAct.get(key)
    this.#byAct.delete(key)
    return found && now - found.at <= WINDOW_MS ? found : null
  }
}

const recent = resource({ name: 'guard.recent', open: () => new RecentDecisions() })

export function rememberDecision(runtime: Runtime, orgId: string, decided: Decided): void {
  if (decided.decision === 'block') return
  const at = decided.gathered.facts.at.getTime()
  const counted = new Set(countedIn(decided.observed))
  const { replay, tokenUse } = decided.identity
  const known = { id: decided.id, counted, at, tokenUse: replay === 'unique' ? tokenUse : null }
  runtime.use(recent).remember(`${orgId}\0${decided.digest}`, known)
}

/** The guard decision that asked for this very act, unless another action took it already. */
export function takeRecentDecision(runtime: Runtime, orgId: string, digest: string): Linked | null {
  return runtime.use(recent).take(`${orgId}\0${digest}`, runtime.now().getTime())
}
