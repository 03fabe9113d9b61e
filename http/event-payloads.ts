import { loadSettledSince } from '#core/approvals/index'
import { payloadsOf } from '#core/webhooks/index'
import type { EventSources } from './broadcast.ts'

/** How far back a listener without a position is told of decisions it may have missed, and of how many. */
const RECENT_MS = 10 * 60_000
const RECENT_MAX = 500

export const eventSources: EventSources = {
  payloadsOf,
  recentlySettled: (runtime, orgId) =>
    loadSettledSince(runtime, orgId, new Date(runtime.now().getTime() - RECENT_MS), RECENT_MAX),
}
