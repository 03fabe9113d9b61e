import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { fetchKeys, type IssuerRule } from './jwks.ts'

const FRESH_MS = 3_600_000
/** From this age on keys are fetched again while they are still used, so that nobody waits when they run out. */
const AGEING_MS = 50 * 60_000
const PAUSE_MS = 30_000
const MAX_FAILURES = 3
const MAX_ISSUERS = 1000

/** The keys of an issuer as they were at one moment. */
export interface KeySet {
  readonly keyOf: JWTVerifyGetKey
  readonly fetchedAt: number
}

interface Entry {
  set: KeySet | undefined
  uri: string | undefined
  askedAt: number
  failures: number
  loading: Promise<KeySet> | undefined
}

/** The issuer cannot be asked, so nothing is known about its tokens. */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable'
}

/**
 * Keys of issuers, fetched once for all who wait. Kept for an hour; after three failures in a row an issuer is left
 * alone for thirty seconds at a time. Two orgs that name different places for the keys of one issuer share nothing.
 */
class IssuerKeys {
  readonly #runtime: Runtime
  readonly #entries = new Map<string, Entry>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Keys of the last hour. Rejects with `IssuerUnreachable`. */
  async current(rule: IssuerRule): Promise<KeySet> {
    const entry = this.#entryOf(rule)
    const age = entry.set === undefined ? Infinity : this.#now() - entry.set.fetchedAt
    if (entry.set === undefined || age >= FRESH_MS) return this.#load(entry, rule)
    // The keys at hand serve; a failure is told when they run out.
    if (age >= AGEING_MS && this.#mayAsk(entry)) this.#load(entry, rule).catch(() => undefined)
    return entry.set
  }

  /** Newer keys than `known`, for a token that none of those fits; undefined when it is too soon to ask again. */
  async newerThan(rule: IssuerRule, known: KeySet): Promise<KeySet | undefined> {
    const entry = this.#entryOf(rule)
    if (entry.set !== known) return entry.set
    return entry.loading ?? (this.#mayAsk(entry) ? this.#load(entry, rule) : undefined)
  }

  #mayAsk(entry: Entry): boolean {
    return this.#now() - entry.askedAt >= PAUSE_MS
  }

  #load(entry: Entry, rule: IssuerRule): Promise<KeySet> {
    if (entry.loading) return entry.loading
    if (entry.failures >= MAX_FAILURES && !this.#mayAsk(entry)) {
      return Promise.reject(new IssuerUnreachable(`${rule.issuer} failed ${entry.failures} times; it is left alone.`))
    }
    entry.askedAt = this.#now()
    entry.loading = this.#fetch(entry, rule).finally(() => {
      entry.loading = undefined
    })
    return entry.loading
  }

  async #fetch(entry: Entry, rule: IssuerRule): Promise<KeySet> {
    try {
      const { keys, uri } = await fetchKeys(this.#runtime, rule, entry.uri)
      entry.set = { keyOf: createLocalJWKSet({ keys: [...keys] }), fetchedAt: this.#now() }
      entry.uri = uri
      entry.failures = 0
      return entry.set
    } catch (cause) {
      // It may have moved its keys: looked for anew the next time.
      entry.uri = undefined
      entry.failures += 1
      const { issuer } = rule
      this.#runtime.log.warn({ err: cause, issuer, failures: entry.failures }, 'keys of an issuer could not be fetched')
      throw new IssuerUnreachable(`${issuer} cannot be asked for its keys.`, { cause })
    }
  }

  #entryOf({ issuer, jwks_uri }: IssuerRule): Entry {
    const name = JSON.stringify([issuer, jwks_uri])
    const known = this.#entries.get(name)
    if (known) return known
    if (this.#entries.size >= MAX_ISSUERS) {
      const oldest = this.#entries.keys().next().value
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    const entry: Entry = { set: undefined, uri: undefined, askedAt: 0, failures: 0, loading: undefined }
    this.#entries.set(name, entry)
    return entry
  }

  #now(): number {
    return this.#runtime.now().getTime()
  }
}

export const issuerKeys = resource({ name: 'identities.issuer-keys', open: (runtime) => new IssuerKeys(runtime) })
