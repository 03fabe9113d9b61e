import { canonical } from '#core/ledger/index'
import { priceUsage } from '#core/pricing/index'
import { redactDeep, redactText } from '#core/scans/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { refuseHostile } from '../kernel/hostile.ts'
import { newId } from '../kernel/id.ts'
import { ACTION, actDigest, costOf, micros, timeProblem, type Row } from './event.rules.ts'
import { TelemetryEvent } from './schema.ts'
import { toneOf } from './tone.rules.ts'

/** One event as it is kept: checked, priced, without secrets. Throws what is wrong with it, for the caller. */
export function readEvent(ctx: Context, given: unknown, now: Date): Row {
  refuseHostile(given)
  const parsed = TelemetryEvent.safeParse(given)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(event)'}: ${message}`)
    throw invalid(problems)
  }
  const event = parsed.data
  const at = event.timestamp === undefined ? now : new Date(event.timestamp)
  const problem = timeProblem(at, now)
  if (problem !== undefined) throw invalid([problem])
  return {
    org_id: ctx.actor.orgId,
    agent_id: agentOf(ctx, event),
    agent_name: clean(event.agent_name),
    host: clean(event.host),
    event_id: event.event_id ?? newId('evt'),
    kind: event.type,
    at,
    received_at: now,
    version_id: event.version_id ?? null,
    task_id: event.task_id ?? null,
    task: clean(event.task),
    outcome: event.outcome ?? null,
    tool: clean(event.tool_name),
    act_digest: actDigest(event, canonical),
    model: event.model ?? null,
    ...costOf(event, at, priceUsage),
    duration_ms: event.duration_ms ?? null,
    value_micros: event.value_usd === undefined ? null : micros(event.value_usd),
    status: event.status ?? null,
    message: clean(event.message),
    error: clean(event.error),
    data: dataOf(event),
    tone: event.output === undefined ? [] : toneOf(event.output),
    usage_from: event.usage_from ?? null,
  }
}

function dataOf({ metadata, action_id: action }: TelemetryEvent): Row['data'] {
  const { [ACTION]: _, ...own } = (redactDeep(metadata ?? {}).value ?? {}) as Record<string, unknown>
  if (action !== undefined) return { ...own, [ACTION]: action }
  return metadata === undefined ? null : own
}

function clean(text: string | undefined): string | null {
  return text === undefined ? null : redactText(text).text
}

/** A key that is bound to an agent tells of that agent alone. */
function agentOf({ actor }: Context, { agent_id: named }: TelemetryEvent): string {
  const agentId = actor.agentId ?? named
  if (agentId === undefined) throw invalid(['agent_id: is required, as this key is bound to no agent'])
  if (named !== undefined && named !== agentId) {
    throw new Fault('AGENT_MISMATCH', `This key is bound to the agent "${agentId}", not "${named}".`)
  }
  return agentId
}

function invalid(details: readonly string[]): Fault {
  return new Fault('invalid_input', 'Validation failed', { details })
}
