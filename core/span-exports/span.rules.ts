import { createHash } from 'node:crypto'

type Value = string | number | boolean | null | undefined | readonly string[]

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: 1
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly object[]
  readonly links?: readonly object[]
  readonly status: { readonly code: 0 | 1 | 2; readonly message?: string }
}

/** What is read of a decision; each is an event of its own row. */
export interface DecisionRow {
  readonly id: string
  readonly agent_id: string | null
  readonly agent_name: string | null
  readonly action_type: string
  readonly decision: string
  readonly reason: string | null
  readonly risk_score: number
  readonly matched_policies: readonly string[]
  readonly verification_status: string
  readonly degraded: boolean
  readonly prior_decision_id: string | null
  readonly created_at: string
}

export interface ActionRow {
  readonly action_id: string
  readonly agent_id: string
  readonly agent_name: string | null
  readonly action_type: string
  readonly status: string
  readonly outcome_status: string
  readonly error_message: string | null
  readonly risk_score: number
  readonly guard_decision_id: string
  readonly approved_by: string | null
  readonly model: string | null
  readonly tokens_in: number | null
  readonly tokens_out: number | null
  readonly cost_estimate: number | null
  readonly timestamp_start: string
  readonly timestamp_end: string | null
  readonly updated_at: string
}

/** Ids follow from what the span is of: sent again, it is the same span. */
const idOf = (hexDigits: 16 | 32, ...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, hexDigits)

const traceOf = (orgId: string, decisionId: string): string => idOf(32, 'trace', orgId, decisionId)
const spanOf = (orgId: string, id: string): string => idOf(16, 'span', orgId, id)

const nanos = (iso: string): string => `${Date.parse(iso)}000000`

function attributesOf(values: Readonly<Record<string, Value>>): object[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: valueOf(value) }],
  )
}

function valueOf(value: NonNullable<Value>): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } }
}

/** A decision is a moment. A block is no error of the guard: the decision stands in the attributes. */
export function decisionSpan(orgId: string, row: DecisionRow): Span {
  const at = nanos(row.created_at)
  const prior = row.prior_decision_id
  return {
    traceId: traceOf(orgId, row.id),
    spanId: spanOf(orgId, row.id),
    name: `guard ${row.action_type}`,
    kind: 1,
    startTimeUnixNano: at,
    endTimeUnixNano: at,
    attributes: attributesOf({
      'gen_ai.agent.id': row.agent_id,
      'gen_ai.agent.name': row.agent_name,
      'writ.decision.id': row.id,
      'writ.decision': row.decision,
      'writ.decision.reason': row.reason,
      'writ.decision.degraded': row.degraded,
      'writ.action_type': row.action_type,
      'writ.risk_score': row.risk_score,
      'writ.matched_policies': row.matched_policies,
      'writ.verification_status': row.verification_status,
    }),
    ...(prior === null ? {} : { links: [{ traceId: traceOf(orgId, prior), spanId: spanOf(orgId, prior) }] }),
    status: { code: 0 },
  }
}

const OPEN = new Set(['running', 'pending', 'pending_approval'])
const FAILED = new Set(['failed', 'expired', 'unknown'])

/** An action has a span when it has ended, below the decision that let it; null until then. */
export function actionSpan(orgId: string, row: ActionRow): Span | null {
  if (OPEN.has(row.status)) return null
  const failed = FAILED.has(row.status)
  return {
    traceId: traceOf(orgId, row.guard_decision_id),
    spanId: spanOf(orgId, row.action_id),
    parentSpanId: spanOf(orgId, row.guard_decision_id),
    name: `action ${row.action_type}`,
    kind: 1,
    startTimeUnixNano: nanos(row.timestamp_start),
    endTimeUnixNano: nanos(row.timestamp_end ?? row.updated_at),
    attributes: attributesOf({
      'gen_ai.agent.id': row.agent_id,
      'gen_ai.agent.name': row.agent_name,
      'gen_ai.request.model': row.model,
      'gen_ai.usage.input_tokens': row.tokens_in,
      'gen_ai.usage.output_tokens': row.tokens_out,
      'writ.action.id': row.action_id,
      'writ.action.status': row.status,
      'writ.action.outcome': row.outcome_status,
      'writ.action.approved_by': row.approved_by,
      'writ.action.cost_usd': row.cost_estimate,
      'writ.action_type': row.action_type,
      'writ.risk_score': row.risk_score,
    }),
    status: failed
      ? { code: 2, message: row.error_message ?? row.status }
      : { code: row.status === 'completed' ? 1 : 0 },
  }
}

/** One request of OTLP/HTTP in JSON. Of a span that comes twice the newer counts. */
export function exportBody(orgId: string, version: string, spans: readonly Span[]): string {
  const once = [...new Map(spans.map((span) => [span.spanId, span])).values()]
  const resource = { 'service.name': 'writ', 'service.version': version, 'writ.org_id': orgId }
  const scopeSpans = [{ scope: { name: 'writ', version }, spans: once }]
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans }] })
}

/** As the specification has OTEL_EXPORTER_OTLP_HEADERS: pairs by commas, values percent-encoded. */
export function headersOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair.includes('='))
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at).trim().toLowerCase(), decoded(pair.slice(at + 1).trim())]
    }),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const tracesUrl = (endpoint: string): string => `${endpoint.replace(/\/+$/, '')}/v1/traces`

const FIRST_MS = 2000
const LONGEST_MS = 5 * 60_000

/** Doubles from 2 seconds to 5 minutes, with a quarter of it left to chance; what the receiver asks for is kept. */
export function waitMs(failures: number, retryAfterSeconds: number, chance: number): number {
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return Math.max(wait * (0.75 + 0.25 * chance), Math.min(retryAfterSeconds, 3600) * 1000)
}
