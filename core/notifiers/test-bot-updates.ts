const { fetch, setTimeout } = globalThis

interface Update {
  readonly update_id: number
  readonly [field: string]: unknown
}

const CONFLICT =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"

type Tell = (answer: object) => void

/** The updates of a bot: kept until they are confirmed by the next offset, or taken by the webhook. */
export class BotUpdates {
  hook: { readonly url: string; readonly token: string } | undefined
  /** Seconds that callers wanted to wait. */
  readonly polls: number[] = []
  #kept: readonly Update[] = []
  #waiting: readonly (() => void)[] = []
  #last = 700
  #posting = false

  get kept(): readonly Update[] {
    return this.#kept
  }

  add(update: object): number {
    this.#last += 1
    this.#kept = [...this.#kept, { update_id: this.#last, ...update }]
    this.release()
    void this.#post()
    return this.#last
  }

  /** Answers at once when there is something or nobody wants to wait, and else when there is or the time is over. */
  poll(offset: number, seconds: number, tell: Tell): void {
    this.polls.push(seconds)
    if (this.hook) return tell({ ok: false, error_code: 409, description: CONFLICT })
    const take = (): object => {
      this.#kept = this.#kept.filter((one) => one.update_id >= offset)
      return { ok: true, result: this.#kept }
    }
    take()
    if (this.#kept.length > 0 || seconds === 0) return tell(take())
    const answer = (): void => {
      clearTimeout(timer)
      this.#waiting = this.#waiting.filter((one) => one !== answer)
      tell(take())
    }
    const timer = setTimeout(answer, seconds * 1000)
    this.#waiting = [...this.#waiting, answer]
    return undefined
  }

  post(url: string, token: string): void {
    this.hook = url === '' ? undefined : { url, token }
    void this.#post()
  }

  release(): void {
    for (const answer of this.#waiting) answer()
  }

  /** One after the other, and again until it is taken. */
  async #post(): Promise<void> {
    while (!this.#posting && this.hook && this.#kept[0]) {
      this.#posting = true
      const [update] = this.#kept
      const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': this.hook.token }
      const sent = { method: 'POST', headers, body: JSON.stringify(update) }
      const taken = await fetch(this.hook.url, sent).catch(() => null)
      if (taken?.ok) this.#kept = this.#kept.filter((one) => one !== update)
      else await new Promise((resolve) => setTimeout(resolve, 50))
      this.#posting = false
    }
  }
}
