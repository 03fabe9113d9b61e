export interface Subscriber {
  readonly onMessage: (payload: string) => void
  readonly onGap: () => void
}

/** Who listens to which channel. The connection behind it may change; this does not. */
export class Subscriptions {
  readonly #byChannel = new Map<string, Set<Subscriber>>()

  /** True when this is the channel's first subscriber. */
  add(channel: string, subscriber: Subscriber): boolean {
    const present = this.#byChannel.get(channel)
    if (present !== undefined) {
      present.add(subscriber)
      return false
    }
    this.#byChannel.set(channel, new Set([subscriber]))
    return true
  }

  /** True when the channel has no subscriber left. */
  remove(channel: string, subscriber: Subscriber): boolean {
    const present = this.#byChannel.get(channel)
    present?.delete(subscriber)
    if (present?.size !== 0) return false
    return this.#byChannel.delete(channel)
  }

  channels(): string[] {
    return [...this.#byChannel.keys()]
  }

  deliver(channel: string, payload: string): void {
    for (const subscriber of this.#byChannel.get(channel) ?? []) subscriber.onMessage(payload)
  }

  /** After a reconnection: something may have been missed on every channel. */
  gap(): void {
    for (const subscribers of this.#byChannel.values()) for (const subscriber of subscribers) subscriber.onGap()
  }
}
