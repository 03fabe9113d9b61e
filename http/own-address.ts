import type { IncomingMessage } from 'node:http'
import { resource } from '#core/kernel/runtime'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const ANY = ['0.0.0.0', '[::]']

/**
 * The addresses clients know this server by, without a slash at the end: what the operator published and nothing else;
 * or what it listens on, which is known only once it does. Loopback has three names, and a client takes an answer for
 * a stranger's when it comes under another name than it asked.
 */
export class OwnAddress {
  #url: string | undefined
  readonly #byHost = new Map<string, string>()

  constructor(published: string | undefined) {
    if (published !== undefined) this.#set(published.replace(/\/+$/, ''))
  }

  /** Undefined where nobody said it: then the server offers nothing that needs an address of its own. */
  get url(): string | undefined {
    return this.#url
  }

  get all(): ReadonlySet<string> {
    return new Set(this.#byHost.values())
  }

  /** Under which of its names it was asked. */
  of({ headers }: IncomingMessage): string | undefined {
    return this.#byHost.get(headers.host?.toLowerCase() ?? '') ?? this.#url
  }

  /** Told by whoever listens. What the operator published stands. */
  listensOn(url: string): void {
    if (this.#url !== undefined) return
    const { hostname, port, protocol } = new URL(url)
    const local = LOOPBACK.includes(hostname) || ANY.includes(hostname)
    const names = local ? [...(ANY.includes(hostname) ? [] : [hostname]), ...LOOPBACK] : [hostname]
    for (const name of names) this.#set(`${protocol}//${name}${port === '' ? '' : `:${port}`}`)
  }

  #set(url: string): void {
    this.#url ??= url
    this.#byHost.set(new URL(url).host, url)
  }
}

export const ownAddress = resource<OwnAddress>({
  name: 'http.address',
  open: ({ settings }) => new OwnAddress(settings.public_url),
})
