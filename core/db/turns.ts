/** Gives back what was taken; a second call does nothing. */
export type Release = () => void

interface Waiter {
  readonly alone: boolean
  readonly start: (release: Release) => void
}

/**
 * First come, first served access to one session. Statements that commit by themselves share it and may be in flight
 * together; a transaction has it alone, so that nobody else's statement lands inside.
 */
export class Turns {
  readonly #waiting: Waiter[] = []
  #running = 0
  #alone = false

  shared(): Promise<Release> {
    return this.#enter(false)
  }

  alone(): Promise<Release> {
    return this.#enter(true)
  }

  #enter(alone: boolean): Promise<Release> {
    return new Promise((start) => {
      this.#waiting.push({ alone, start })
      this.#admit()
    })
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#alone || (next.alone && this.#running > 0)) return
      this.#waiting.shift()
      this.#running += 1
      this.#alone = next.alone
      next.start(this.#releaseOnce())
    }
  }

  #releaseOnce(): Release {
    let released = false
    return () => {
      if (released) return
      released = true
      this.#running -= 1
      this.#alone = false
      this.#admit()
    }
  }
}
