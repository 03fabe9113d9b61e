import { sql } from 'kysely'
import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { AgentId, requireAgent } from '#core/agents/index'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { baselineToWire, Day, DriftBaseline } from './schema.ts'
import { firstPictureOf, toBaseline, type AgentKey } from './store.ts'
import { watchAgent } from './watch.ts'
import { dayOf, lengthOf, shifted, type Days } from './window.rules.ts'

const RETAKEN_DAYS = 14
const MAX_DAYS = 90

export const pinBaseline = operation({
  name: 'drift_pin_baseline',
  title: 'Choose the baseline of an agent',
  description: 'Say what an agent is compared with: some days, the first days of a version, or the last two weeks.',
  input: z.object({
    agent_id: AgentId,
    version_id: z.string().min(1).max(128).optional().describe('Only what this version did, as its events name it'),
    first_day: Day.optional().describe('With last_day; without both: the first days of the version, or two weeks'),
    last_day: Day.optional(),
  }),
  output: z.object({ baseline: DriftBaseline }),
  scope: 'drift:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'put', path: '/api/agents/{agent_id}/drift/baseline' },
  mcp: 'catalog',

  async handler(ctx, input) {
    await requireAgent(ctx, input.agent_id)
    const agent = { orgId: ctx.actor.orgId, agentId: input.agent_id }
    const { first, last } = await daysOf(ctx, agent, input)
    const at = ctx.now()
    const values = {
      first_day: first,
      last_day: last,
      version_id: input.version_id ?? null,
      pinned: true,
      taken_at: at,
      taken_by: ctx.actor.principalId,
      evaluated_at: null,
    }
    const row = await transact(ctx.db, async (trx) => {
      const kept = await trx
        .insertInto('drift_baseline')
        .values({ org_id: agent.orgId, agent_id: agent.agentId, ...values })
        .onConflict((conflict) => conflict.columns(['org_id', 'agent_id']).doUpdateSet(values))
        .returningAll()
        .executeTakeFirstOrThrow()
      const data = { first_day: first, last_day: last, version_id: values.version_id }
      await recordAct(trx, ctx.actor, { event: 'drift.baseline_pinned', ref: agent.agentId, at, data })
      return kept
    })
    await watchAgent(ctx.runtime, agent)
    return { baseline: baselineToWire(toBaseline(row)) }
  },
})

interface Wanted {
  readonly version_id?: string | undefined
  readonly first_day?: string | undefined
  readonly last_day?: string | undefined
}

async function daysOf(ctx: Context, agent: AgentKey, wanted: Wanted): Promise<Days> {
  const today = dayOf(ctx.now())
  const { first_day: first, last_day: last, version_id: versionId = null } = wanted
  if ((first === undefined) !== (last === undefined)) throw invalid('first_day and last_day: give both or neither')
  if (first === undefined || last === undefined) {
    if (versionId === null) return { first: shifted(today, -RETAKEN_DAYS), last: shifted(today, -1) }
    const picture = await firstPictureOf(ctx.db, agent, versionId)
    if (picture === undefined) throw unknownVersion(versionId)
    return picture
  }
  if (last < first) throw invalid(`last_day: ${last} is before first_day`)
  if (last > today) throw invalid(`last_day: ${last} is not over yet`)
  if (lengthOf({ first, last }) > MAX_DAYS) throw invalid(`last_day: at most ${MAX_DAYS} days`)
  if (versionId !== null && !(await wasSeen(ctx, agent, versionId))) throw unknownVersion(versionId)
  return { first, last }
}

async function wasSeen(ctx: Context, { orgId, agentId }: AgentKey, versionId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from agent_measure_day where org_id = ${orgId} and agent_id = ${agentId} and version_id = ${versionId}
    limit 1`.execute(ctx.db)
  return rows.length > 0
}

const unknownVersion = (versionId: string): Fault =>
  new Fault('not_found', `There are no events of this agent in version ${versionId}.`)

const invalid = (problem: string): Fault => new Fault('invalid_input', 'Validation failed', { details: [problem] })
