import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { pause } from '#core/agents/pause.op'
import { resume as unpause } from '#core/agents/resume.op'
import { evaluate } from '#core/guard/evaluate.op'
import { start as halt } from '#core/halt/start.op'
import { stop as resume } from '#core/halt/stop.op'
import type { Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { invoke } from '#core/kernel/invoke'
import { sweepReservations } from '#core/observations/index'
import { create as createPolicy } from '#core/policies/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testEngine } from '#core/testing/database'
import { cancel } from './cancel.op.ts'
import { create } from './create.op.ts'
import { expireDueApprovals } from './expiry.ts'
import { remove } from './remove.op.ts'
import { reportOutcome } from './report-outcome.op.ts'
import { sweepLostOutcomes } from './sweep.ts'
import { harmless, risky } from './test-actions.ts'
import { update } from './update.op.ts'

const FOR_MS = 6000
/** Between changes of what governs the org: each sends every decision that is under way back to be made again. */
const CALM_MS = 500
const calm = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, CALM_MS))

/** Calls in parallel for a while, and everything that went wrong on our side. */
class Load {
  readonly broken = new Map<string, number>()
  readonly done = new Map<string, number>()
  readonly #end = performance.now() + FOR_MS
  #turn = 0

  async during(name: string, work: (turn: number) => Promise<unknown>): Promise<void> {
    while (performance.now() < this.#end) {
      this.#turn += 1
      try {
        await work(this.#turn)
        this.done.set(name, (this.done.get(name) ?? 0) + 1)
      } catch (error) {
        // Refused for a reason of the domain: blocked, taken, decided or gone already.
        if (error instanceof Fault && error.status < 500) continue
        const what = `${name}: ${String(error)} ${causeOf(error)}`
        this.broken.set(what, (this.broken.get(what) ?? 0) + 1)
      }
    }
  }
}

const causeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : ''

async function deadlocksOf(server: TestRuntime): Promise<number> {
  // The counters of a backend are told when it is idle.
  await sql`select pg_stat_force_next_flush()`.execute(server.runtime.db)
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(server.runtime.db)
  return Number(rows[0]?.deadlocks)
}

const push = (turn: number) => ({ kind: 'shell', command: `git push --force origin topic-${turn}` }) as const
/** Waits for a person, and holds its part of the budget meanwhile. */
const waiting = (ctx: Context, turn: number) =>
  invoke(create, ctx, { ...risky, session_id: 's1', estimated_cost_usd: 0.01, target: `t/${turn}`, act: push(turn) })

// Embedded runs one transaction after the other, so that no two can wait for each other.
test.skipIf(testEngine() === 'embedded')(
  'agents, approvers, cancellers, halts, budgets and sweeps at once: no deadlock and no failure of ours',
  async () => {
    const server = await testRuntime({ settings: { guard_deadline_ms: 3500 } })
    const org = await testOrg(server.runtime)
    const [admin, member, approver] = [await org.as('admin'), await org.as('member'), await org.as('approver')]
    for (const scope of ['org', 'agent', 'session']) {
      const rules = { scope, window: 'day', limit_usd: 1_000_000 }
      await invoke(createPolicy, admin, { name: `budget per ${scope}`, policy_type: 'budget', rules })
    }
    const load = new Load()
    const act = (turn: number) => ({
      ...harmless,
      declared_goal: `act ${turn}`,
      session_id: 's1',
      estimated_cost_usd: 0.01,
    })
    const worker = async (turn: number): Promise<void> => {
      const { action_id } = await invoke(create, member, act(turn))
      const [told] = await Promise.allSettled([
        invoke(reportOutcome, member, { action_id, status: 'completed' }),
        invoke(update, member, { action_id, cost_estimate: 0.02, tokens_in: 5 }),
      ])
      if (told.status === 'rejected') throw told.reason
    }
    const decider = async (turn: number): Promise<void> => {
      const { action_id } = await waiting(member, turn)
      const grant = turn % 16 === 0 ? { grant_minutes: 1 } : {}
      const verdict = turn % 2 === 0 ? { decision: 'allow' as const, ...grant } : { decision: 'deny' as const }
      await Promise.all([
        invoke(decide, approver, { action_id, ...verdict }),
        waiting(member, turn),
        ...(turn % 3 === 0 ? [invoke(cancel, member, { action_id }).catch(refused)] : []),
      ])
      await invoke(reportOutcome, member, { action_id, status: 'completed' }).catch(refused)
    }
    await Promise.all([
      ...Array.from({ length: 4 }, () => load.during('create and outcome', worker)),
      ...Array.from({ length: 3 }, () => load.during('guard', (turn) => invoke(evaluate, member, act(turn)))),
      ...Array.from({ length: 2 }, () => load.during('decide', decider)),
      load.during('cancel', async (turn) =>
        invoke(cancel, member, { action_id: (await waiting(member, turn)).action_id }),
      ),
      load.during('halt', async () => {
        await invoke(halt, admin, { reason: 'drill' })
        await invoke(resume, admin, {})
        await calm()
      }),
      load.during('pause', async () => {
        await invoke(pause, admin, { agent_id: 'a9' })
        await invoke(unpause, admin, { agent_id: 'a9' })
        await calm()
      }),
      load.during('sweep', async () => {
        server.advance(20_000)
        await Promise.all([sweepLostOutcomes(server.runtime), expireDueApprovals(server.runtime)])
        await sweepReservations(server.runtime, 500)
        await invoke(remove, admin, { status: 'cancelled' })
      }),
    ])
    expect([...load.broken]).toEqual([])
    expect(await deadlocksOf(server)).toBe(0)
    expect([...load.done.keys()].toSorted()).toEqual([
      'cancel',
      'create and outcome',
      'decide',
      'guard',
      'halt',
      'pause',
      'sweep',
    ])
    await server.close()
  },
)

/** Somebody else was faster. */
function refused(error: unknown): void {
  if (!(error instanceof Fault) || error.status >= 500) throw error
}
