/** An act that an earlier decision was made about: it is counted once, however often it is decided. */
export interface Linked {
  /** The earlier decision; budgets are reserved under it. */
  readonly id: string
  /** Policies whose rate limit counted it. */
  readonly counted: ReadonlySet<string>
}

/** The policies whose rate limit counted the act, read from what was observed for its decision. */
export function countedIn(observed: Iterable<readonly [string, unknown]>): string[] {
  return [...observed].flatMap(([policyId, seen]) => ((seen as { kind?: unknown }).kind === 'rate' ? [policyId] : []))
}
