import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { signingKeys, type SigningKey } from '#core/grants/index'
import type { Operation } from '#core/kernel/operation'
import { resource, type Runtime } from '#core/kernel/runtime'
import type { Scope } from '#core/kernel/scope'
import { metadataDocuments } from './metadata.ts'
import { createProvider } from './provider.ts'
import { grantableScopes } from './scopes.rules.ts'

/** How long a rotation may go unseen here. A token that the old key signs meanwhile is as good. */
const KEYS_FRESH_MS = 10_000
/** An unknown key id makes the keys be read again, but not for everybody who makes one up. */
const KEYS_AT_MOST_MS = 2000

interface Built {
  readonly provider: Provider
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/** The authorization server of one runtime: its keys, and a provider for each of its addresses. */
export class OAuthServer {
  readonly #runtime: Runtime
  #scopes: readonly Scope[] | undefined
  #keys: readonly SigningKey[] = []
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  readonly #built = new Map<string, Built>()
  readonly #documents = new Map<string, ReadonlyMap<string, string>>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Told once by the app that serves it. */
  serve(operations: readonly Operation[]): void {
    this.#scopes = grantableScopes(operations)
  }

  get isServed(): boolean {
    return this.#scopes !== undefined
  }

  /** What a client can ask for. */
  get scopes(): readonly Scope[] {
    return this.#scopes ?? []
  }

  documents(base: string): ReadonlyMap<string, string> {
    let documents = this.#documents.get(base)
    if (!documents) {
      const clientDocuments = this.#runtime.settings.client_documents === 'on'
      documents = metadataDocuments({ base, scopes: this.scopes, clientDocuments })
      this.#documents.set(base, documents)
    }
    return documents
  }

  /** The provider under this address, with the keys of today. */
  async at(base: string): Promise<Built> {
    await this.keys()
    let built = this.#built.get(base)
    if (!built) {
      const provider = createProvider({ runtime: this.#runtime, base, keys: this.#keys, grantable: this.scopes })
      built = { provider, handle: provider.callback() }
      this.#built.set(base, built)
    }
    return built
  }

  /** The keys that tokens may be signed with, the one in use first. `unknown`: somebody met a key id not among them. */
  async keys({ unknown = false } = {}): Promise<readonly SigningKey[]> {
    const age = this.#runtime.now().getTime() - this.#readAt
    if (age > (unknown ? KEYS_AT_MOST_MS : KEYS_FRESH_MS)) {
      await (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)))
    }
    return this.#keys
  }

  async #read(): Promise<void> {
    const keys = await signingKeys(this.#runtime)
    this.#readAt = this.#runtime.now().getTime()
    if (keys.map(({ kid }) => kid).join() === this.#keys.map(({ kid }) => kid).join()) return
    this.#keys = keys
    this.#built.clear()
  }
}

export const oauthServer = resource<OAuthServer>({
  name: 'oauth.server',
  open: (runtime) => new OAuthServer(runtime),
})
