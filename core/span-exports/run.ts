import { loadActionWire } from '#core/actions/index'
import { eventHub, type StoredEvent } from '#core/events/index'
import { loadDecisionsBySeq } from '#core/guard/index'
import { knownSettings, outsideProblem, secretOf } from '#core/settings/index'
import { version } from '#core/system/index'
import type { Runtime } from '../kernel/runtime.ts'
import {
  actionSpan,
  decisionSpan,
  exportBody,
  headersOf,
  tracesUrl,
  waitMs,
  type DecisionRow,
  type Span,
} from './span.rules.ts'
import { advance, dueOrgs, postpone, type Cursor } from './store.ts'

const ORGS = 50
const AT_ONCE = 8
/** What one turn sends for one org at the most; the next turn goes on. */
const TURNS = 20
const EVENTS = 200
const SPANS = 500
const DECISIONS = 500
const TIMEOUT_MS = 10_000

/**
 * Sends decisions and ended actions of orgs that named a receiver. The place in the events moves on after the receiver
 * took them, so each is sent at least once, as the same span. An outage longer than events are kept leaves a gap.
 */
export async function exportDueSpans(runtime: Runtime): Promise<void> {
  const due = await dueOrgs(runtime, ORGS)
  for (let from = 0; from < due.length; from += AT_ONCE) {
    await Promise.all(due.slice(from, from + AT_ONCE).map((cursor) => exportOrg(runtime, cursor)))
  }
}

async function exportOrg(runtime: Runtime, cursor: Cursor): Promise<void> {
  let { seq } = cursor
  for (let turn = 0; turn < TURNS; turn += 1) {
    const events = await runtime.use(eventHub).since(cursor.orgId, seq, EVENTS)
    if (events.length === 0) return
    const { spans, upTo } = await spansOf(runtime, cursor.orgId, events)
    const problem = spans.length === 0 ? undefined : await send(runtime, cursor.orgId, spans)
    if (problem !== undefined) {
      const wait = waitMs(cursor.failures + 1, problem.retryAfter, Math.random())
      return postpone(runtime, cursor, { wait, error: problem.message })
    }
    if (!(await advance(runtime, cursor.orgId, seq, upTo))) return
    seq = upTo
  }
}

/** Spans of whole events, about as many as one request should have. */
async function spansOf(
  runtime: Runtime,
  orgId: string,
  events: readonly StoredEvent[],
): Promise<{ spans: readonly Span[]; upTo: number }> {
  const spans: Span[] = []
  let upTo = 0
  for (const event of events) {
    spans.push(...(await spansOfEvent(runtime, orgId, event)))
    upTo = event.seq
    if (spans.length >= SPANS) break
  }
  return { spans, upTo }
}

async function spansOfEvent(runtime: Runtime, orgId: string, { name, ref, payload }: StoredEvent): Promise<Span[]> {
  if (name === 'guard.decision.created') {
    const [first, last] = [Number(payload['from_seq']), Number(payload['to_seq'])]
    const spans: Span[] = []
    for (let from = first; from <= last; from += DECISIONS) {
      const rows = await loadDecisionsBySeq(runtime, orgId, from, Math.min(last, from + DECISIONS - 1))
      spans.push(...rows.map((row) => decisionSpan(orgId, row as DecisionRow)))
    }
    return spans
  }
  if (ref === null || (name !== 'action.created' && name !== 'action.updated')) return []
  const row = await loadActionWire(runtime, orgId, ref)
  const span = row === undefined ? null : actionSpan(orgId, row)
  return span === null ? [] : [span]
}

interface Problem {
  readonly message: string
  readonly retryAfter: number
}

/** Undefined when the receiver took them, or will never take them: what it calls bad is not sent again (OTLP). */
async function send(runtime: Runtime, orgId: string, spans: readonly Span[]): Promise<Problem | undefined> {
  try {
    const { otlp_endpoint: endpoint } = await runtime.use(knownSettings).of(orgId)
    if (endpoint === null) return { message: 'no receiver', retryAfter: 0 }
    const refused = outsideProblem(endpoint, runtime.settings.egress_allow)
    if (refused !== undefined) throw new Error(`its address ${refused}`)
    const response = await runtime.ports.fetch(tracesUrl(endpoint), {
      method: 'POST',
      headers: { ...headersOf(await secretOf(runtime, orgId, 'otlp_headers')), 'content-type': 'application/json' },
      body: exportBody(orgId, version, spans),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    if (response.ok) return undefined
    if (response.status === 400 || response.status === 413 || response.status === 422) {
      runtime.log.warn(
        { org: orgId, status: response.status, spans: spans.length },
        'a receiver refused spans for good',
      )
      return undefined
    }
    return { message: `status ${response.status}`, retryAfter: Number(response.headers.get('retry-after')) || 0 }
  } catch (thrown) {
    return { message: thrown instanceof Error ? thrown.message.slice(0, 500) : 'it cannot be reached', retryAfter: 0 }
  }
}
