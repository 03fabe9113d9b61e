import { createHash } from 'node:crypto'
import type { Usage } from '#core/pricing/index'
import type { EventKind, Outcome, TelemetryEvent } from './schema.ts'

/** A sender's clock may be so much ahead of ours. */
export const AHEAD_MS = 5 * 60_000
export const OLDEST_MS = 180 * 86_400_000

/** Why an event cannot be taken at this time; undefined when it can. */
export function timeProblem(at: Date, now: Date): string | undefined {
  const age = now.getTime() - at.getTime()
  if (age < -AHEAD_MS) return `timestamp: ${at.toISOString()} is more than 5 minutes in the future`
  if (age > OLDEST_MS) return `timestamp: ${at.toISOString()} is more than 180 days ago`
  return undefined
}

export type TokenKinds = Readonly<
  Record<'tokens_in' | 'tokens_out' | 'cache_read_tokens' | 'cache_write_tokens', number>
>

/** In the data of an event: the action it is part of. A sender's own data never has it. */
export const ACTION = 'writ.action_id'

/** One event as it is written and summed up. */
export interface Row extends TokenKinds {
  readonly org_id: string
  readonly agent_id: string
  readonly agent_name: string | null
  readonly host: string | null
  readonly event_id: string
  readonly kind: EventKind
  readonly at: Date
  readonly received_at: Date
  readonly version_id: string | null
  readonly task_id: string | null
  readonly task: string | null
  readonly outcome: Outcome | null
  readonly tool: string | null
  readonly act_digest: string | null
  readonly model: string | null
  readonly tokens: number | null
  readonly cost_micros: number | null
  readonly priced: boolean | null
  readonly duration_ms: number | null
  readonly value_micros: number | null
  readonly status: TelemetryEvent['status'] | null
  readonly message: string | null
  readonly error: string | null
  readonly data: Record<string, unknown> | null
  readonly usage_from: NonNullable<TelemetryEvent['usage_from']> | null
  /** Features of the text it gave out. */
  readonly tone: readonly Measure[]
}

/** Part of one dimension: how often a bucket came, or a number with its square. */
export interface Measure {
  readonly dimension: string
  readonly bucket: string
  readonly n: number
  readonly total: number
  readonly squares: number
}

export const counted = (dimension: string, bucket: string): Measure => ({
  dimension,
  bucket,
  n: 1,
  total: 0,
  squares: 0,
})
export const measured = (dimension: string, value: number): Measure => ({
  dimension,
  bucket: '',
  n: 1,
  total: value,
  squares: value * value,
})

export const micros = (usd: number): number => Math.round(usd * 1e6)

/** Tokens and cost of an event: a cost that was told stands, else tokens of a priced model have one, else none. */
export function costOf(
  event: TelemetryEvent,
  at: Date,
  price: (usage: Usage) => { readonly priced: boolean; readonly cost_micros: number },
): Pick<Row, 'tokens' | 'cost_micros' | 'priced' | keyof TokenKinds> {
  const kinds: TokenKinds = {
    tokens_in: event.tokens_in ?? 0,
    tokens_out: event.tokens_out ?? 0,
    cache_read_tokens: event.cache_read_tokens ?? 0,
    cache_write_tokens: event.cache_write_tokens ?? 0,
  }
  const sum = Object.values(kinds).reduce((total, one) => total + one, 0)
  const tokens = event.tokens ?? (sum > 0 ? sum : null)
  if (event.cost_usd !== undefined) return { ...kinds, tokens, cost_micros: micros(event.cost_usd), priced: true }
  if (tokens === null) return { ...kinds, tokens, cost_micros: null, priced: null }
  // Tokens whose kinds are not known have no price: input and output differ by a factor of five.
  if (event.model === undefined || sum === 0) return { ...kinds, tokens, cost_micros: null, priced: false }
  const priced = price({ model: event.model, ...kinds, at })
  return priced.priced
    ? { ...kinds, tokens, cost_micros: priced.cost_micros, priced: true }
    : { ...kinds, tokens, cost_micros: null, priced: false }
}

/** Equal for a tool call that is made again. Without an input the message tells calls apart. */
export function actDigest(event: TelemetryEvent, canonical: (value: unknown) => string): string | null {
  if (event.type !== 'tool_call' || event.tool_name === undefined) return null
  const what = [event.tool_name, event.input ?? event.message ?? null]
  return createHash('sha256').update(canonical(what)).digest('hex')
}
