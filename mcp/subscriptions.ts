import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server'
import { loadActionWire } from '#core/actions/index'
import { eventHub, type StoredEvent } from '#core/events/index'
import type { Caller } from './caller.ts'
import type { McpParts } from './parts.ts'
import { isTemplate, mayRead, resourceDeclarations } from './resources.ts'

/** Events that come closer together than this are told as one change. */
const SETTLE_MS = 200
/** A right is read again when a subscription is made; so none may live for ever. Clients subscribe again. */
export const SUBSCRIPTION_LIFETIME_MS = 30 * 60_000

/**
 * The change events of one caller: only their org's, only of resources their credential may read. Made per
 * subscription, because the protocol's own bus knows no tenants.
 */
export class SubscriptionBus implements ServerEventBus {
  readonly #parts: McpParts
  readonly #caller: Caller
  readonly #listeners = new Set<(event: ServerEvent) => void>()
  readonly #changed = new Set<string>()
  readonly #touched = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #stop: (() => void) | undefined

  constructor(parts: McpParts, caller: Caller) {
    this.#parts = parts
    this.#caller = caller
  }

  /** Resolves when every later change will be told. */
  async start(): Promise<this> {
    const hub = this.#parts.runtime.use(eventHub)
    const { unsubscribe } = await hub.subscribe(this.#caller.actor.orgId, (event) => this.#heard(event))
    this.#stop = unsubscribe
    return this
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#stop?.()
    this.#listeners.clear()
  }

  publish(event: ServerEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.stop()
    }
  }

  #heard({ name, ref }: StoredEvent): void {
    for (const declaration of resourceDeclarations) {
      if (!declaration.changedBy.includes(name) || !mayRead(this.#parts, this.#caller, declaration)) continue
      if (!isTemplate(declaration)) this.#changed.add(declaration.uri)
      else if (ref !== null) this.#touched.add(ref)
    }
    this.#timer ??= setTimeout(() => void this.#tell(), SETTLE_MS)
  }

  async #tell(): Promise<void> {
    this.#timer = undefined
    const uris = [...this.#changed]
    const actions = [...this.#touched]
    this.#changed.clear()
    this.#touched.clear()
    for (const uri of uris) this.publish({ kind: 'resource_updated', uri })
    try {
      for (const uri of await this.#histories(actions)) this.publish({ kind: 'resource_updated', uri })
    } catch (error) {
      this.#parts.runtime.log.warn({ err: error }, 'could not tell whose history changed')
    }
  }

  /** The histories in which the actions stand. An event names only its action; the agent is in the row. */
  async #histories(actionIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { runtime } = this.#parts
    const { orgId, agentId } = this.#caller.actor
    const rows = await Promise.all(actionIds.map((id) => loadActionWire(runtime, orgId, id)))
    const agents = rows.flatMap((row) => (row && (agentId === null || agentId === row.agent_id) ? [row.agent_id] : []))
    return new Set(agents.map((id) => `writ://agent/${encodeURIComponent(id)}/history`))
  }
}
