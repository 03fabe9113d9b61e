import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import type { DatabaseHandle } from '../db/engine.ts'
import type { Settings } from './config.ts'
import type { Context, Actor } from './context.ts'
import { uuidv7 } from './id.ts'
import type { Log } from './log.ts'

/** A doorway to the outside world; the composition root decides what stands behind it. */
export interface Ports {
  /** The SSRF-safe fetch: refuses private addresses, pins the checked one, caps time and bytes. */
  readonly fetch: typeof globalThis.fetch
  /** Why `fetch` would refuse this URL, to end a sentence that begins with "url:"; null when it would not. */
  readonly judge?: (url: URL) => Promise<string | null>
  /** Asks the configured language model one question. Absent when none is configured. */
  readonly llm?: (prompt: LlmPrompt, signal: AbortSignal) => Promise<string>
  /** The same of a model that an org names for itself: reached through the SSRF-safe fetch alone. */
  readonly llmAt?: (address: LlmAddress) => NonNullable<Ports['llm']>
  /** Sends mail by the server that an org names. */
  readonly mail?: Mail
}

/** Hands a letter to an SMTP server; throws an error whose message may be shown. */
export type Mail = (server: MailServer, letter: Letter, signal: AbortSignal) => Promise<void>

export interface MailServer {
  readonly host: string
  readonly port: number
  readonly security: 'tls' | 'starttls' | 'none'
  readonly user?: string
  readonly password?: string
}

export interface Letter {
  /** The same for the same letter, however often it is sent. */
  readonly id: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

/** What is needed to reach a language model. */
export interface LlmAddress {
  readonly provider: 'anthropic' | 'openai-compatible'
  readonly model: string
  /** The provider's own when absent; always given for `openai-compatible`. */
  readonly baseURL?: string
  readonly apiKey?: string
}

export interface LlmPrompt {
  readonly system: string
  readonly user: string
  readonly maxTokens: number
}

/** Something with a lifetime, made once per runtime on first use and closed with it. */
export interface Resource<T> {
  readonly name: string
  readonly open: (runtime: Runtime) => T
  readonly close?: (instance: T) => Promise<void> | void
}

export function resource<T>(definition: Resource<T>): Resource<T> {
  return Object.freeze(definition)
}

export interface RuntimeOptions {
  readonly handle: DatabaseHandle
  readonly settings: Settings
  readonly ports: Ports
  readonly log: Log
  readonly now?: () => Date
}

/** One running server (or test): the database, the ports, and everything that lives as long as they do. */
export class Runtime {
  readonly handle: DatabaseHandle
  readonly settings: Settings
  readonly ports: Ports
  readonly log: Log
  readonly now: () => Date
  /** Tells replicas of one database apart. */
  readonly replicaId = uuidv7()
  readonly #instances = new Map<string, { value: unknown; close: () => Promise<void> | void }>()
  #closed = false

  constructor(options: RuntimeOptions) {
    this.handle = options.handle
    this.settings = options.settings
    this.ports = options.ports
    this.log = options.log
    this.now = options.now ?? (() => new Date())
  }

  get db(): Kysely<Database> {
    return this.handle.db
  }

  use<T>(wanted: Resource<T>): T {
    const known = this.#instances.get(wanted.name)
    if (known) return known.value as T
    if (this.#closed) throw new Error(`The runtime is closed; ${wanted.name} cannot be opened.`)
    const value = wanted.open(this)
    this.#instances.set(wanted.name, { value, close: () => wanted.close?.(value) })
    return value
  }

  context(actor: Actor, options: { signal?: AbortSignal; requestId?: string } = {}): Context {
    const requestId = options.requestId ?? `req_${uuidv7()}`
    return {
      actor,
      db: this.db,
      now: this.now,
      signal: options.signal ?? AbortSignal.timeout(120_000),
      log: this.log,
      requestId,
      runtime: this,
    }
  }

  /** Closes what was opened, newest first, then the database. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const { close } of [...this.#instances.values()].toReversed()) await close()
    await this.handle.close()
  }
}
