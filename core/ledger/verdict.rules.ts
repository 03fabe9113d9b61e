export interface Verdict {
  readonly ok: boolean
  /** One sentence each, the first 20; `more` counts the rest. */
  readonly problems: readonly string[]
  readonly more: number
}

const KEPT = 20

/** Collects problems in constant memory, however many a hostile file has. */
export class Problems {
  readonly #kept: string[] = []
  #count = 0

  add(problem: string): void {
    this.#count += 1
    if (this.#kept.length < KEPT) this.#kept.push(problem)
  }

  verdict(): Verdict {
    return { ok: this.#count === 0, problems: [...this.#kept], more: this.#count - this.#kept.length }
  }
}
