import { sql } from 'kysely'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { allowedAtOnce } from './schedule.rules.ts'
import type { EndpointRow, MessageRow } from './schema.ts'
import { send } from './send.ts'
import { settle } from './settle.ts'

const AT_ONCE = 64
const ENDPOINTS = 100
/** Longer than an attempt can take: a delivery whose sender died is due again after it. */
const LEASE_MARGIN_MS = 30_000

type Claimed = Omit<MessageRow, 'tries'>

/**
 * Sends what is due. A delivery is leased by one statement before it is sent, so that of any number of replicas one
 * sends it at a time. Each receiver has a share of what is sent at once, those that answer well first.
 */
export class WebhookSender {
  readonly #runtime: Runtime
  readonly #closing = new AbortController()
  readonly #open = new Set<Promise<void>>()
  readonly #byEndpoint = new Map<string, number>()
  #starting: Promise<void> | undefined
  #again = false

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Starts what can be started now; does not wait for the answers. */
  kick(): Promise<void> {
    this.#again = true
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  /** Resolves when nothing is due and nothing is on its way. */
  async idle(): Promise<void> {
    for (;;) {
      await this.kick()
      if (this.#open.size === 0) return
      await Promise.race(this.#open)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#starting?.catch(() => undefined)
    await Promise.all(this.#open)
  }

  async #start(): Promise<void> {
    while (this.#again && !this.#closing.signal.aborted) {
      this.#again = false
      if (this.#open.size >= AT_ONCE) return
      for (const endpoint of await this.#dueEndpoints()) {
        const busy = this.#byEndpoint.get(keyOf(endpoint)) ?? 0
        const room = Math.min(allowedAtOnce(endpoint.failures) - busy, AT_ONCE - this.#open.size)
        if (room <= 0 || this.#closing.signal.aborted) continue
        for (const message of await this.#claim(endpoint, room)) this.#send(endpoint, message)
      }
    }
  }

  #send(endpoint: EndpointRow, message: Claimed): void {
    const key = keyOf(endpoint)
    this.#byEndpoint.set(key, (this.#byEndpoint.get(key) ?? 0) + 1)
    const sending: Promise<void> = send(this.#runtime, endpoint, message, this.#closing.signal)
      .then((outcome) => settle(this.#runtime, message, outcome))
      .catch((error: unknown) => {
        // Its lease runs out by itself, then it is sent again.
        this.#runtime.log.warn({ err: error, delivery: message.delivery_id }, 'a delivery could not be settled')
      })
      .finally(() => {
        this.#open.delete(sending)
        const left = (this.#byEndpoint.get(key) ?? 1) - 1
        if (left > 0) this.#byEndpoint.set(key, left)
        else this.#byEndpoint.delete(key)
        if (!this.#closing.signal.aborted) this.#kickAgain()
      })
    this.#open.add(sending)
  }

  #kickAgain(): void {
    this.kick().catch((error: unknown) => this.#runtime.log.warn({ err: error }, 'webhooks wait for the next turn'))
  }

  async #dueEndpoints(): Promise<EndpointRow[]> {
    const now = this.#runtime.now()
    const { rows } = await sql<EndpointRow>`
      select * from webhook_endpoint w
      where state = 'active' and (held_until is null or held_until <= ${now}) and exists (
        select 1 from webhook_message m where m.org_id = w.org_id and m.webhook_id = w.webhook_id
          and m.state = 'pending' and m.next_at <= ${now} and (m.leased_until is null or m.leased_until <= ${now}))
      order by failures, updated_at limit ${ENDPOINTS}`.execute(this.#runtime.db)
    return rows
  }

  async #claim({ org_id, webhook_id }: EndpointRow, room: number): Promise<Claimed[]> {
    const now = this.#runtime.now()
    const until = new Date(now.getTime() + this.#runtime.settings.webhook_timeout_ms + LEASE_MARGIN_MS)
    const { rows } = await sql<Claimed>`
      update webhook_message set leased_until = ${until}, attempts = attempts + 1
      where org_id = ${org_id} and delivery_id in (
        select delivery_id from webhook_message
        where org_id = ${org_id} and webhook_id = ${webhook_id} and state = 'pending' and next_at <= ${now}
          and (leased_until is null or leased_until <= ${now})
        order by next_at, seq, part limit ${room} for update skip locked)
      returning org_id, delivery_id, webhook_id, seq, part, event, body, state, attempts, next_at, leased_until,
        created_at, settled_at`.execute(this.#runtime.db)
    return rows.toSorted((a, b) => Number(a.seq) - Number(b.seq) || a.part - b.part)
  }
}

const keyOf = ({ org_id, webhook_id }: EndpointRow): string => `${org_id} ${webhook_id}`

export const webhookSender = resource<WebhookSender>({
  name: 'webhooks.sender',
  open: (runtime) => new WebhookSender(runtime),
  close: (sender) => sender.close(),
})
