import { sql } from 'kysely'
import { eventHub, type StoredEvent } from '#core/events/index'
import { transact } from '../db/transact.ts'
import { newId } from '../kernel/id.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { bodyOf } from './body.rules.ts'
import { isWanted } from './filter.rules.ts'
import { payloadsOf } from './payloads.ts'
import type { EndpointRow } from './schema.ts'

const EVENTS = 100
const ENDPOINTS = 200

type Behind = Pick<EndpointRow, 'org_id' | 'webhook_id' | 'events' | 'format' | 'cursor_seq'>

/**
 * Makes deliveries of the events that endpoints have not been told of. Each endpoint has a cursor into the outbox, whose
 * rows were written with the change itself; cursor and deliveries move together, so nothing is left out and nothing is
 * made twice, whoever runs this when. Answers how many were made.
 */
export async function deriveDeliveries(runtime: Runtime): Promise<number> {
  let made = 0
  for (;;) {
    const { rows } = await sql<Behind>`
      select w.org_id, w.webhook_id, w.events, w.format, w.cursor_seq::float8 as cursor_seq
      from webhook_endpoint w join event_head h on h.org_id = w.org_id
      where w.state = 'active' and h.seq > w.cursor_seq
      order by w.org_id, w.webhook_id limit ${ENDPOINTS}`.execute(runtime.db)
    if (rows.length === 0) return made
    let moved = 0
    const failed: unknown[] = []
    for (const endpoint of rows) {
      const added = await derive(runtime, endpoint).catch((error: unknown) => {
        failed.push(error)
        return null
      })
      if (added === null) continue
      moved += 1
      made += added
    }
    // One endpoint that fails keeps no other waiting, and is told to the job: no event is thrown away meanwhile.
    if (failed.length > 0) throw new Error('deliveries could not be derived', { cause: failed[0] })
    // What did not move was moved by another replica or has nothing to read: the next turn looks again.
    if (moved === 0) return made
  }
}

/** How many were made; null when the endpoint stands where it stood. */
async function derive(runtime: Runtime, endpoint: Behind): Promise<number | null> {
  const { org_id, webhook_id, cursor_seq: from } = endpoint
  const events = await runtime.use(eventHub).since(org_id, from, EVENTS)
  const last = events.at(-1)
  if (!last) return null
  const drafts = await draftsOf(runtime, endpoint, events)
  const at = runtime.now()
  return transact(runtime.db, async (trx) => {
    const moved = await trx
      .updateTable('webhook_endpoint')
      .set({ cursor_seq: last.seq })
      .where('org_id', '=', org_id)
      .where('webhook_id', '=', webhook_id)
      .where('cursor_seq', '=', from)
      .where('state', '=', 'active')
      .returning('webhook_id')
      .executeTakeFirst()
    if (!moved) return null
    if (drafts.length > 0) {
      await sql`
        insert into webhook_message (org_id, webhook_id, delivery_id, seq, part, event, body, state, next_at, created_at)
        select ${org_id}, ${webhook_id}, delivery_id, seq, part, event, body, 'pending', ${at}::timestamptz, ${at}::timestamptz
        from json_to_recordset(${JSON.stringify(drafts)}::json)
          as given (delivery_id text, seq bigint, part integer, event text, body text)
        on conflict (org_id, webhook_id, seq, part) do nothing`.execute(trx)
    }
    return drafts.length
  })
}

interface Draft {
  readonly delivery_id: string
  readonly seq: number
  readonly part: number
  readonly event: string
  readonly body: string
}

/** Outside the transaction, since what is told is read by other domains. */
async function draftsOf(runtime: Runtime, endpoint: Behind, events: readonly StoredEvent[]): Promise<Draft[]> {
  const drafts: Draft[] = []
  for (const event of events) {
    if (!isWanted(endpoint.events, event.name)) continue
    const payloads = await payloadsOf(runtime, endpoint.org_id, event)
    for (const [part, data] of payloads.entries()) {
      const body = bodyOf(endpoint.format, { name: event.name, at: event.at, data: data as Record<string, unknown> })
      drafts.push({ delivery_id: newId('msg'), seq: event.seq, part, event: event.name, body })
    }
  }
  return drafts
}
