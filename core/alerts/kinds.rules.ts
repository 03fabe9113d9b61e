export const ALERT_KINDS = ['stuck', 'error', 'cost_spike', 'loop_detected'] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

export const SEVERITIES = ['critical', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Errors are counted over this time. */
export const ERROR_WINDOW_MS = 60_000

/** An alert to be raised; `lapses_at` is when it ends unless it is raised again. */
export interface AlertDraft {
  readonly agent_id: string
  readonly kind: AlertKind
  readonly severity: Severity
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
  readonly lapses_at: Date | null
}

const MAX_QUOTE = 200
const quoted = (text: string | null): string =>
  text === null || text === '' ? '' : `: ${text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE - 1)}…` : text}`
const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`
const least = (isAll: boolean): string => (isAll ? '' : 'at least ')
const dollars = (micros: number): string => `$${(micros / 1e6).toFixed(2)}`

export function stuckDraft(agentId: string, minutes: number, since: Date): AlertDraft {
  return {
    agent_id: agentId,
    kind: 'stuck',
    severity: 'critical',
    message: `Agent stuck — no heartbeat for ${plural(minutes, 'minute')}`,
    data: { silent_since: since.toISOString(), minutes },
    lapses_at: null,
  }
}

export function brokenDraft(agentId: string, said: string | null): AlertDraft {
  return {
    agent_id: agentId,
    kind: 'error',
    severity: 'critical',
    message: `Agent reports the status error${quoted(said)}`,
    data: { status: 'error' },
    lapses_at: null,
  }
}

export interface ErrorCount {
  readonly agentId: string
  readonly errors: number
  /** False: there may be more than were counted. */
  readonly isAll: boolean
  readonly limit: number
  readonly last: string | null
}

export function errorsDraft({ agentId, errors, isAll, limit, last }: ErrorCount, now: Date): AlertDraft {
  return {
    agent_id: agentId,
    kind: 'error',
    severity: 'warning',
    message: `${least(isAll)}${plural(errors, 'error')} within a minute${quoted(last)}`,
    data: { errors, limit },
    lapses_at: new Date(now.getTime() + ERROR_WINDOW_MS),
  }
}

export interface Repetition {
  readonly agentId: string
  readonly tool: string | null
  readonly calls: number
  /** False: there may be more than were counted. */
  readonly isAll: boolean
  readonly minutes: number
}

export function loopDraft({ agentId, tool, calls, isAll, minutes }: Repetition, now: Date): AlertDraft {
  return {
    agent_id: agentId,
    kind: 'loop_detected',
    severity: 'warning',
    message: `Loop detected — ${tool ?? 'one tool'} called ${least(isAll)}${calls} times with the same input within ${plural(minutes, 'minute')}`,
    data: { tool, calls, minutes },
    lapses_at: new Date(now.getTime() + minutes * 60_000),
  }
}

export interface Spending {
  /** Empty: all agents of the org. */
  readonly agentId: string
  readonly micros: number
  readonly limitUsd: number
}

/** Twice the limit is critical. It ends with the day (UTC), on which the next sum starts at nothing. */
export function costDraft({ agentId, micros, limitUsd }: Spending, now: Date): AlertDraft {
  const limit = limitUsd * 1e6
  const who = agentId === '' ? 'All agents together' : 'Agent'
  return {
    agent_id: agentId,
    kind: 'cost_spike',
    severity: micros >= 2 * limit ? 'critical' : 'warning',
    message: `${who} cost ${dollars(micros)} today, more than the limit of ${dollars(limit)}`,
    data: { cost_usd: micros / 1e6, limit_usd: limitUsd },
    lapses_at: new Date((Math.floor(now.getTime() / 86_400_000) + 1) * 86_400_000),
  }
}
