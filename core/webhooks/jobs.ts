import { sql } from 'kysely'
import type { Runtime } from '../kernel/runtime.ts'
import { deriveDeliveries } from './derive.ts'
import { webhookSender } from './sender.ts'

const KEPT_DAYS = 30
const DAY_MS = 86_400_000

/** Makes the deliveries of new events and starts sending what is due. */
export async function deliverWebhooks(runtime: Runtime): Promise<void> {
  try {
    await deriveDeliveries(runtime)
  } finally {
    await runtime.use(webhookSender).kick()
  }
}

/** The log of what was settled is kept for a month; at most `limit` rows go at a time. */
export async function sweepDeliveries(runtime: Runtime, limit: number): Promise<void> {
  const before = new Date(runtime.now().getTime() - KEPT_DAYS * DAY_MS)
  await sql`delete from webhook_message where ctid = any(array(
    select ctid from webhook_message where settled_at < ${before} and state <> 'pending' limit ${limit}))`.execute(
    runtime.db,
  )
}
