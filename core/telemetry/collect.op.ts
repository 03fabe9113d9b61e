import { z } from 'zod'
import type { Sighting } from '#core/agents/index'
import { notRegistered } from '#core/agents/index'
import { knownSettings } from '#core/settings/index'
import type { Context } from '../kernel/context.ts'
import { asFault, Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { collector } from './collector.ts'
import type { Row } from './event.rules.ts'
import { foreignActions } from './linked-actions.ts'
import { readEvent } from './read-event.ts'
import { repeatedUsage } from './repeated-usage.ts'

export const MAX_EVENTS = 1000

const Rejected = z.object({ index: z.int(), error: z.string(), code: z.string() })

export const collect = operation({
  name: 'telemetry_collect',
  title: 'Report events of agents',
  description:
    'Report heartbeats, tool calls, errors, costs, changes of status and ended tasks of agents, up to 1,000 at once.',
  input: z.object({
    events: z
      .array(z.unknown())
      .min(1)
      .max(MAX_EVENTS)
      .describe('Each as TelemetryEvent; one that is wrong is told by its place and spoils none of the others'),
  }),
  output: z.object({
    accepted: z.int().describe('Kept by this call or an earlier one'),
    duplicates: z.int().describe('Of these, known already by their event_id'),
    uncounted: z.int().describe('Of these, left out because another signal of their usage_from counts'),
    event_ids: z.array(z.string().nullable()).describe('By place; null for a rejected one'),
    rejected: z.array(Rejected),
  }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/telemetry', hot: true, maxBytes: 50 * 1024 * 1024 },
  mcp: 'catalog',
  itemwise: 'events',

  async handler(ctx, { events }) {
    const now = ctx.now()
    const parsed = events.map((event) => attempt(ctx, event, now))
    const foreign = await foreignActions(
      ctx,
      parsed.flatMap((one) => (one instanceof Fault ? [] : [one])),
    )
    const read = parsed.map((one) => (one instanceof Fault || !foreign.has(one) ? one : noSuchAction()))
    const given = read.flatMap((one) => (one instanceof Fault ? [] : [one]))
    const repeated = await repeatedUsage(ctx, given)
    const rows = given.filter((row) => !repeated.has(row))
    const { fresh, strangers } =
      rows.length === 0 ? NONE : await ctx.runtime.use(collector).write(rows, await sightingsOf(ctx, rows, now))
    const judged = read.map((one) =>
      one instanceof Fault || !strangers.has(one.agent_id) ? one : stranger(one.agent_id),
    )
    const kept = judged.flatMap((one) => (one instanceof Fault ? [] : [one]))
    return {
      accepted: kept.length,
      duplicates: kept.filter((row) => !fresh.has(row) && !repeated.has(row)).length,
      uncounted: kept.filter((row) => repeated.has(row)).length,
      event_ids: judged.map((one) => (one instanceof Fault ? null : one.event_id)),
      rejected: judged.flatMap((one, index) => (one instanceof Fault ? [{ index, ...told(one) }] : [])),
    }
  },
})

const NONE = { fresh: new Set<Row>(), strangers: new Set<string>() }

function attempt(ctx: Context, event: unknown, now: Date): Row | Fault {
  try {
    return readEvent(ctx, event, now)
  } catch (thrown) {
    const fault = asFault(thrown)
    if (fault.code === 'internal') throw thrown
    return fault
  }
}

const noSuchAction = (): Fault =>
  new Fault('invalid_input', 'Validation failed', { details: ['action_id: is no action of this agent'] })
const stranger = (agentId: string): Fault => new Fault('AGENT_NOT_REGISTERED', notRegistered(agentId))

function told({ message, details, code }: Fault): { error: string; code: string } {
  return { error: details === undefined ? message : details.join('; '), code }
}

async function sightingsOf(ctx: Context, rows: readonly Row[], at: Date): Promise<Sighting[]> {
  const settings = await ctx.runtime.use(knownSettings).of(ctx.actor.orgId)
  const open = settings.agent_enrolment === 'open'
  const agents = new Map<string, string | null>()
  for (const row of rows) agents.set(row.agent_id, row.agent_name ?? agents.get(row.agent_id) ?? null)
  return [...agents].map(([agentId, name]) => ({
    org_id: ctx.actor.orgId,
    agent_id: agentId,
    agent_name: name,
    at,
    open,
  }))
}
