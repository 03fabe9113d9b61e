import { resource, type Runtime } from '../kernel/runtime.ts'
import { uuidv7 } from '../kernel/id.ts'

export interface Delivery {
  readonly orgId: string
  readonly id: string
  readonly policyId: string
  readonly at: Date
  /** HTTP status; null when no answer came. */
  readonly status: number | null
  readonly ms: number
  readonly error: string | null
}

const MAX_ERROR = 300

/** Writes the log of webhook calls beside the decision, which does not wait for it; closing waits for what is open. */
class DeliveryLog {
  readonly #runtime: Runtime
  readonly #open = new Set<Promise<void>>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  add(delivery: Delivery): void {
    const writing = this.#write(delivery).finally(() => this.#open.delete(writing))
    this.#open.add(writing)
  }

  async settled(): Promise<void> {
    await Promise.all(this.#open)
  }

  async #write({ orgId, policyId, error, ...rest }: Delivery): Promise<void> {
    try {
      await this.#runtime.db
        .insertInto('webhook_delivery')
        .values({ org_id: orgId, policy_id: policyId, error: error?.slice(0, MAX_ERROR) ?? null, ...rest })
        .execute()
    } catch (err) {
      this.#runtime.log.warn({ err, org: orgId, policy: policyId }, 'webhook delivery not logged')
    }
  }
}

export const deliveryLog = resource<DeliveryLog>({
  name: 'observations.deliveries',
  open: (runtime) => new DeliveryLog(runtime),
  close: (log) => log.settled(),
})

export const newDeliveryId = (): string => uuidv7()
