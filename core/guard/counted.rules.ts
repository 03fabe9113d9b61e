/** An act that an earlier decision was made about: it is counted once, however often it is decided. */
export interface Linked {
  /** The earlier decision; budgets are reserved under it. */
  readonly id: string
  /** Policies whose rate limit counted it. */
  readonly counted: ReadonlySet<string>
  /** The identity token it used up, which an action that answers it need not bring again. */
  readonly tokenUse?: string | null
}

/** The policies whose rate limit counted the act, read from what was observed for its decision. */
export function countedIn(observed: Iterable<readonly [string, unknown]>): string[] {
  return [...observed].flatMap(([policyId, seen]) => ((seen as { kind?: unknown }).kind === 'rate' ? [policyId] : []))
}

/** One act through all the decisions that its call may need: the same id, no limit met twice. */
export class CountedAct {
  #id: string | undefined
  #linked: Linked | undefined
  #reserved = false

  constructor(linked: Linked | undefined) {
    this.#linked = linked
  }

  /** True when a budget is reserved under the id of its decisions. */
  get reserved(): boolean {
    return this.#reserved
  }

  /** What the next decision has to know of those before it. */
  before(): { readonly id?: string; readonly linked?: Linked } {
    return {
      ...(this.#id === undefined ? {} : { id: this.#id }),
      ...(this.#linked === undefined ? {} : { linked: this.#linked }),
    }
  }

  decided({ id, reserved, observed }: { id: string; reserved: boolean; observed: ReadonlyMap<string, unknown> }): void {
    this.#id ??= id
    this.#reserved ||= reserved
    const counted = new Set([...(this.#linked?.counted ?? []), ...countedIn(observed)])
    this.#linked = { id: this.#linked?.id ?? this.#id, counted }
  }
}
