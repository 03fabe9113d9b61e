import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { evaluate } from '#core/guard/evaluate.op'
import { listDecisions } from '#core/guard/list-decisions.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { cancel } from './cancel.op.ts'
import { list } from './list.op.ts'
import { listCosts } from './list-costs.op.ts'
import { remove } from './remove.op.ts'
import { reportOutcome } from './report-outcome.op.ts'
import { catastrophic, harmless, recorded } from './test-actions.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

/** Days on which the row of the org is not the sum of those of its agents. */
async function drifted(ctx: Context): Promise<unknown[]> {
  const { orgId } = ctx.actor
  const sums = sql`sum(total), sum(completed), sum(failed), sum(high_risk), sum(risk_sum), sum(risk_squares), sum(cost_micros), sum(tokens_in), sum(tokens_out)`
  const actions = await sql`
    select day, ${sums} from action_rollup_day where org_id = ${orgId} group by day
    except select day, ${sums} from action_total_day where org_id = ${orgId} group by day`.execute(ctx.db)
  const decisions = await sql`
    select day, decision, sum(count) from guard_rollup_day where org_id = ${orgId} group by day, decision
    except select day, decision, count from guard_total_day where org_id = ${orgId}`.execute(ctx.db)
  return [...actions.rows, ...decisions.rows]
}

test('the totals of an org are the sums of its agents, however acts are recorded, changed and ended', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const made = await Promise.all(
    Array.from({ length: 12 }, (_, n) => recorded(ctx, { agent_id: `a${n % 3}`, cost_estimate: 0.5, tokens_in: n })),
  )
  await invoke(evaluate, ctx, { ...harmless, agent_id: undefined })
  await invoke(evaluate, ctx, catastrophic)
  const [done, failed, costly, withdrawn] = made.map((action) => action.action_id)
  await invoke(reportOutcome, ctx, { action_id: done, status: 'completed' })
  await invoke(reportOutcome, ctx, { action_id: failed, status: 'failed', error_message: 'no' })
  await invoke(update, ctx, { action_id: costly, cost_estimate: 2, tokens_out: 7 })
  await invoke(cancel, ctx, { action_id: withdrawn })
  expect(await drifted(ctx)).toEqual([])
  const { rows } = await sql<{ kept: string; is: string }>`
    select (select sum(risk_squares) from action_rollup_day where org_id = ${org.orgId}) as kept,
      (select sum(risk_score * risk_score)::numeric from action_record where org_id = ${org.orgId}) as is`.execute(
    ctx.db,
  )
  expect(rows[0]?.kept).toBe(rows[0]?.is)
  expect(Number(rows[0]?.kept)).toBeGreaterThan(0)
  const { stats } = await invoke(list, ctx, {})
  expect(stats).toMatchObject({ total: 12, completed: 1, total_cost: 7.5 })
  expect(await invoke(listCosts, ctx, {})).toMatchObject({ total_cost_usd: 7.5, by_day: [{ action_count: 12 }] })
  expect((await invoke(listDecisions, ctx, {})).total).toBe(14)
  expect((await invoke(listDecisions, ctx, { agent_id: 'a0' })).total).toBe(4)
})

test('an agent may be called anything without touching the totals', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  for (const agent_id of ['*', 'total', '%']) await recorded(ctx, { agent_id })
  expect((await invoke(list, ctx, {})).stats.total).toBe(3)
  expect((await invoke(list, ctx, { agent_id: '*' })).stats.total).toBe(1)
})

test('issue 2: what was deleted is in no total any more, and what is left still adds up', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const kept = await recorded(ctx, { cost_estimate: 1 })
  const gone = [
    await recorded(ctx, { agent_id: 'a2', cost_estimate: 2, tokens_in: 5, status: 'completed' }),
    await recorded(ctx, { agent_id: 'a2', status: 'failed' }),
  ]
  server.advance(86_400_000)
  gone.push(await recorded(ctx, { cost_estimate: 4 }))
  await invoke(remove, ctx, { action_ids: gone.map(({ action_id }) => action_id) })
  expect(await drifted(ctx)).toEqual([])
  const { total, stats } = await invoke(list, ctx, {})
  expect({ total, stats }).toEqual({
    total: 1,
    stats: {
      total: 1,
      completed: 0,
      failed: 0,
      running: 1,
      high_risk: 0,
      avg_risk: kept.risk_score,
      total_cost: 1,
    },
  })
  expect((await invoke(list, ctx, { agent_id: 'a2' })).total).toBe(0)
})
