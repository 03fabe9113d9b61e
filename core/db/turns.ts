/** Gives back what was taken; a second call does nothing. */
export type Release = () => void

interface Waiter {
  readonly alone: boolean
  readonly start: (release: Release) => void
  admitted: boolean
  timer: NodeJS.Timeout | undefined
}

/**
 * First come, first served access to one session. Statements that commit by themselves share it and may be in flight
 * together; a transaction has it alone, so that nobody else's statement lands inside.
 */
export class Turns {
  readonly #patience: number
  readonly #waiting: Waiter[] = []
  #running = 0
  #alone = false

  /** `patience`: milliseconds after which waiting ends in an error. */
  constructor(patience: number) {
    this.#patience = patience
  }

  shared(): Promise<Release> {
    return this.#enter(false)
  }

  alone(): Promise<Release> {
    return this.#enter(true)
  }

  #enter(alone: boolean): Promise<Release> {
    return new Promise((start, reject) => {
      const waiter: Waiter = { alone, start, admitted: false, timer: undefined }
      this.#waiting.push(waiter)
      this.#admit()
      if (waiter.admitted) return
      waiter.timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(new TurnTimeout(this.#patience))
        this.#admit()
      }, this.#patience)
    })
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#alone || (next.alone && this.#running > 0)) return
      this.#waiting.shift()
      next.admitted = true
      clearTimeout(next.timer)
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

/** Usually a transaction whose own code waits for a statement outside it: on one session that never ends. */
export class TurnTimeout extends Error {
  override readonly name = 'TurnTimeout'

  constructor(patience: number) {
    super(`A transaction has held the embedded database for more than ${patience} ms.`)
  }
}
