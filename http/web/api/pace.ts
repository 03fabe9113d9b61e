/** Events that come together cause one reload. */
const GATHER_MS = 150

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Runs after it was told to, once for all that came meanwhile: never twice at a time, and with a rest in between. */
export class Pace {
  readonly #run: () => Promise<unknown>
  readonly #restMs: number
  #asked = false
  #going = false
  #stopped = false

  constructor(run: () => Promise<unknown>, restMs = 0) {
    this.#run = run
    this.#restMs = restMs
  }

  tell(): void {
    this.#asked = true
    if (!this.#going) void this.#go()
  }

  stop(): void {
    this.#stopped = true
  }

  async #go(): Promise<void> {
    this.#going = true
    await wait(GATHER_MS)
    while (this.#asked && !this.#stopped) {
      this.#asked = false
      // What failed shows its error where it is drawn.
      await this.#run().catch(() => undefined)
      await wait(this.#restMs)
    }
    this.#going = false
  }
}
